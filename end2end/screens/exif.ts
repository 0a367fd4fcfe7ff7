//! What a camera would have written into a picture. Knows JPEG's markers and TIFF's fields, as far as that goes.

export interface Taken {
  at: Date;
  camera: string;
  lens: string;
  /** One over it, in seconds. */
  exposure: number;
  aperture: number;
  iso: number;
  focal: number;
  /** Degrees north and east. */
  place: [number, number];
}

type Value = string | number | [number, number][];

interface Field {
  tag: number;
  kind: number;
  value: Value;
}

const [TEXT, SHORT, LONG, RATIO] = [2, 3, 4, 5];

const two = (number: number) => String(number).padStart(2, '0');

function clock(at: Date): string {
  const date = [at.getUTCFullYear(), two(at.getUTCMonth() + 1), two(at.getUTCDate())].join(':');
  return `${date} ${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')}`;
}

function bytesOf({ kind, value }: Field): Buffer {
  if (kind === TEXT) return Buffer.from(`${value}\0`, 'latin1');
  if (kind === SHORT) return Buffer.from([(value as number) & 0xff, (value as number) >> 8]);
  const numbers = kind === LONG ? [value as number] : (value as [number, number][]).flat();
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, at) => bytes.writeUInt32LE(Math.round(number), 4 * at));
  return bytes;
}

/** A list of fields that begins at `start`, with what does not fit into them behind it. */
function list(start: number, fields: Field[]): Buffer {
  const head = Buffer.alloc(2 + 12 * fields.length + 4);
  head.writeUInt16LE(fields.length, 0);
  let behind = Buffer.alloc(0);
  fields.toSorted((a, b) => a.tag - b.tag).forEach((field, number) => {
    const bytes = bytesOf(field);
    const at = 2 + 12 * number;
    head.writeUInt16LE(field.tag, at);
    head.writeUInt16LE(field.kind, at + 2);
    head.writeUInt32LE(bytes.length / [0, 1, 1, 2, 4, 8][field.kind], at + 4);
    if (bytes.length <= 4) bytes.copy(head, at + 8);
    else {
      head.writeUInt32LE(start + head.length + behind.length, at + 8);
      behind = Buffer.concat([behind, bytes, Buffer.alloc(bytes.length % 2)]);
    }
  });
  return Buffer.concat([head, behind]);
}

function degrees(number: number): [number, number][] {
  const whole = Math.floor(Math.abs(number));
  return [[whole, 1], [(Math.abs(number) - whole) * 600_000, 10_000], [0, 1]];
}

export function withExif(jpeg: Buffer, taken: Taken): Buffer {
  const [maker, model] = [taken.camera.split(' ')[0], taken.camera];
  const camera: Field[] = [
    { tag: 0x829a, kind: RATIO, value: [[1, taken.exposure]] },
    { tag: 0x829d, kind: RATIO, value: [[taken.aperture * 10, 10]] },
    { tag: 0x8827, kind: SHORT, value: taken.iso },
    { tag: 0x9003, kind: TEXT, value: clock(taken.at) },
    { tag: 0x920a, kind: RATIO, value: [[taken.focal, 1]] },
    { tag: 0xa434, kind: TEXT, value: taken.lens },
  ];
  const place: Field[] = [
    { tag: 1, kind: TEXT, value: taken.place[0] < 0 ? 'S' : 'N' },
    { tag: 2, kind: RATIO, value: degrees(taken.place[0]) },
    { tag: 3, kind: TEXT, value: taken.place[1] < 0 ? 'W' : 'E' },
    { tag: 4, kind: RATIO, value: degrees(taken.place[1]) },
  ];
  const first = (exif: number, gps: number): Field[] => [
    { tag: 0x10f, kind: TEXT, value: maker },
    { tag: 0x110, kind: TEXT, value: model },
    { tag: 0x8769, kind: LONG, value: exif },
    { tag: 0x8825, kind: LONG, value: gps },
  ];
  const exifAt = 8 + list(8, first(0, 0)).length;
  const gpsAt = exifAt + list(exifAt, camera).length;
  const tiff = Buffer.concat([
    Buffer.from('II*\0\b\0\0\0', 'latin1'),
    list(8, first(exifAt, gpsAt)),
    list(exifAt, camera),
    list(gpsAt, place),
  ]);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const marker = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
}

/** What a person says of it in another program, as it lies beside the picture. */
export function sidecar(said: { title: string; rating: number; label?: string; tags: string[] }): string {
  const tags = said.tags.map((tag) => `<rdf:li>${tag}</rdf:li>`).join('');
  const label = said.label ? ` xmp:Label="${said.label}"` : '';
  return `<?xml version="1.0"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="${said.rating}"${label}>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${said.title}</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag>${tags}</rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>
`;
}
