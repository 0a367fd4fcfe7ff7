//! Small pictures out of nothing, so that no journey needs a file of its own. Knows one format: PNG without frills.

import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const CRC_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

/** A picture with a slope of colour that is another one for each number. */
export function png(number: number, width = 96, height = 64): Buffer {
  const mixed = Math.imul(number + 1, 2_654_435_761) >>> 0;
  const [red, green, blue] = [mixed >>> 24, (mixed >>> 16) & 0xff, (mixed >>> 8) & 0xff];
  const rows = Array.from({ length: height }, (_, y) => {
    const shade = 0.5 + y / (2 * height);
    const pixel = [red, green, blue].map((part) => Math.round(part * shade));
    return Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from(pixel))]);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // eight bits for each of red, green and blue
  head.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.concat(rows));
  // the number itself, so that no two pictures are the same bytes even where their colours meet
  const note = Buffer.from(`Comment\0${number}`, 'latin1');
  const chunks = [chunk('IHDR', head), chunk('tEXt', note), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** The same, made that large by a chunk that nobody reads. */
export function largePng(number: number, bytes: number): Buffer {
  const small = png(number);
  const end = small.length - 12;
  // each chunk has twelve bytes beside what it holds
  const filler = chunk('pxSy', Buffer.alloc(bytes - small.length - 12, `${number} `));
  return Buffer.concat([small.subarray(0, end), filler, small.subarray(end)]);
}
