// Makes the small pictures in `pictures/`: every format, every orientation, and one that says all that can be said.
// Its result is committed, so that tests need none of its programs: sharp (`npm ci` here), exiftool, heif-enc and cjxl.

import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'

const folder = path.resolve(import.meta.dirname, '../../tests/pictures')
const file = (name) => path.join(folder, name)
const run = (program, ...words) => execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] })
const exiftool = (name, ...words) => run('exiftool', '-q', '-overwrite_original', ...words, file(name))

const [WIDTH, HEIGHT] = [96, 64]

/** Red and green above, blue and white below, with a little texture. */
function scene(width, height, at = (x, y) => [x, y], size = [width, height]) {
  const pixels = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = at(x, y)
      const colour = v < size[1] / 2 ? (u < size[0] / 2 ? [200, 30, 30] : [30, 180, 40]) : u < size[0] / 2 ? [30, 40, 210] : [235, 235, 235]
      colour.forEach((part, channel) => (pixels[(y * width + x) * 3 + channel] = part + ((x * 7 + y * 13) % 11)))
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A profile as scanners have them, by a table alone; its red is what others call green. */
function tableProfile() {
  const shorts = (numbers) => Buffer.from(Uint16Array.from(numbers, Math.round).buffer).swap16()
  const longs = (numbers) => Buffer.from(Int32Array.from(numbers, (number) => Math.round(number * 65536)).buffer).swap32()
  const light = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  const curve = Array.from({ length: 256 }, (_, index) => light(index / 255) * 65535)
  // green, red and blue as D50 sees them
  const inks = [[0.3851, 0.7169, 0.0971], [0.4361, 0.2225, 0.0139], [0.1431, 0.0606, 0.7141]]
  const corners = Array.from({ length: 8 }, (_, index) => [index & 4, index & 2, index & 1]).flatMap((corner) =>
    [0, 1, 2].map((axis) => inks.reduce((sum, ink, channel) => sum + (corner[channel] ? ink[axis] : 0), 0) * 32768),
  )
  const table = Buffer.concat([
    Buffer.from('mft2\0\0\0\0\x03\x03\x02\0', 'latin1'), longs([1, 0, 0, 0, 1, 0, 0, 0, 1]), shorts([256, 2]),
    shorts([...curve, ...curve, ...curve]), shorts(corners), shorts([0, 65535, 0, 65535, 0, 65535]),
  ])
  const tags = {
    desc: Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x08Swapped\0', 'latin1'), Buffer.alloc(80)]),
    wtpt: Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), longs([0.9642, 1, 0.8249])]),
    A2B0: table,
  }
  const index = Buffer.alloc(4 + 12 * 3)
  index.writeUInt32BE(3)
  let at = 128 + index.length
  Object.entries(tags).forEach(([name, data], number) => {
    index.write(name, 4 + number * 12)
    index.writeUInt32BE(at, 8 + number * 12)
    index.writeUInt32BE(data.length, 12 + number * 12)
    at += data.length
  })
  const head = Buffer.alloc(128)
  head.writeUInt32BE(at)
  head.write('\x02\x40\0\0scnrRGB XYZ \x07\xe8\0\x01\0\x01\0\0\0\0\0\0acsp', 8, 'latin1')
  longs([0.9642, 1, 0.8249]).copy(head, 68)
  return Buffer.concat([head, index, ...Object.values(tags)])
}

const picture = () => scene(WIDTH, HEIGHT)
const jpeg = { quality: 90, mozjpeg: false }

await picture().jpeg({ ...jpeg, chromaSubsampling: '4:2:0' }).toFile(file('baseline.jpg'))
await picture().jpeg({ ...jpeg, progressive: true }).toFile(file('progressive.jpg'))
await picture().greyscale().toColourspace('b-w').jpeg(jpeg).toFile(file('grey.jpg'))
await picture().toColourspace('cmyk').jpeg(jpeg).toFile(file('cmyk.jpg'))
await picture().withIccProfile('p3').jpeg({ ...jpeg, chromaSubsampling: '4:4:4' }).toFile(file('p3.jpg'))
await picture().png().toFile(file('rgb8.png'))
await picture().toColourspace('rgb16').png().toFile(file('rgb16.png'))
await picture().png({ palette: true, colours: 16 }).toFile(file('palette.png'))
await picture().gif().toFile(file('still.gif'))
await picture().webp({ quality: 90 }).toFile(file('lossy.webp'))
await picture().ensureAlpha(0.5).webp({ lossless: true }).toFile(file('lossless.webp'))
await picture().tiff({ compression: 'lzw', predictor: 'horizontal' }).toFile(file('lzw.tif'))
await picture().toColourspace('rgb16').tiff({ compression: 'deflate' }).toFile(file('deep.tif'))
await picture().avif({ quality: 90, effort: 0 }).toFile(file('picture.avif'))

const frames = [picture(), scene(WIDTH, HEIGHT, (x, y) => [WIDTH - 1 - x, y], [WIDTH, HEIGHT])]
const both = await Promise.all(frames.map((frame) => frame.png().toBuffer()))
await sharp(both, { join: { animated: true } }).gif().toFile(file('moving.gif'))
await sharp(both, { join: { animated: true } }).webp({ quality: 90 }).toFile(file('moving.webp'))

const stored = {
  1: [false, (x, y) => [x, y]],
  2: [false, (x, y) => [WIDTH - 1 - x, y]],
  3: [false, (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y]],
  4: [false, (x, y) => [x, HEIGHT - 1 - y]],
  5: [true, (x, y) => [y, x]],
  6: [true, (x, y) => [WIDTH - 1 - y, x]],
  7: [true, (x, y) => [WIDTH - 1 - y, HEIGHT - 1 - x]],
  8: [true, (x, y) => [y, HEIGHT - 1 - x]],
}
for (const [number, [swapped, at]] of Object.entries(stored)) {
  const size = swapped ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]
  const name = `orientation-${number}.jpg`
  await scene(...size, at, [WIDTH, HEIGHT]).jpeg({ ...jpeg, chromaSubsampling: '4:4:4' }).toFile(file(name))
  exiftool(name, '-n', `-EXIF:Orientation=${number}`)
}

await picture().png().toFile(file('source.png'))
run('heif-enc', '-q', '90', '-o', file('picture.heic'), file('source.png'))
run('cjxl', '--quiet', '--container=1', '-q', '90', file('source.png'), file('picture.jxl'))
rmSync(file('source.png'))

// red and green change places, and the profile changes them back
const [red, green, blue] = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
await picture().recomb([red, green, blue]).png().toFile(file('profile.png'))
writeFileSync(file('table.icc'), tableProfile())
exiftool('profile.png', `-ICC_Profile<=${file('table.icc')}`)
run('cjxl', '--quiet', '-q', '100', file('profile.png'), file('profile.jxl'))
rmSync(file('table.icc'))

await picture().jpeg({ ...jpeg, chromaSubsampling: '4:2:0' }).toFile(file('said.jpg'))
await sharp(file('baseline.jpg')).resize(32, 21).jpeg().toFile(file('small.jpg'))
exiftool('said.jpg', '-EXIF:Make=NIKON CORPORATION', '-EXIF:Model=NIKON D850', '-EXIF:LensModel=NIKKOR 35mm f/1.8',
  '-EXIF:DateTimeOriginal=2026:11:17 16:42:05', '-EXIF:SubSecTimeOriginal=25', '-EXIF:OffsetTimeOriginal=+01:00',
  '-EXIF:ExposureTime=1/250', '-EXIF:FNumber=2.8', '-EXIF:ISO=200', '-EXIF:FocalLength=35', '-n', '-EXIF:Orientation=6',
  '-EXIF:GPSLatitude=53.5461', '-EXIF:GPSLatitudeRef=N', '-EXIF:GPSLongitude=-9.9661', '-EXIF:GPSLongitudeRef=W',
  '-EXIF:GPSAltitude=12.5', '-XMP:Title=Harbour at dusk', '-XMP:Description=The last ferry & its wake', '-XMP:Subject=sea',
  '-XMP:Subject=évening', '-XMP:Rating=4', '-XMP:Label=Red', '-IPTC:Keywords=elsewhere', '-IPTC:Caption-Abstract=in IPTC',
  `-ThumbnailImage<=${file('small.jpg')}`)
rmSync(file('small.jpg'))
for (const name of ['rgb8.png', 'lossy.webp', 'lzw.tif', 'picture.heic', 'picture.avif', 'picture.jxl']) {
  exiftool(name, '-EXIF:Model=Pixel', '-EXIF:ISO=64', '-XMP:Title=Quay')
}
