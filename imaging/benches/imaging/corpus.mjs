// Makes the pictures that are measured, in the folder that is named: procedural scenes with the detail and the noise of
// photographs, because pictures that compress too well would measure something else.

import { existsSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'

const folder = process.argv[2]
const MP24 = [6000, 4000]
const MP12 = [4032, 3024]

/** Numbers that look random and are the same each time. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}

/** Noise of one size, enlarged smoothly to the whole picture. */
async function layer(size, [width, height], seed) {
  const [across, down] = [Math.ceil(width / size), Math.ceil(height / size)]
  const next = random(seed)
  const noise = Buffer.from(Uint8Array.from({ length: across * down * 3 }, () => next() * 255))
  return sharp(noise, { raw: { width: across, height: down, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer()
}

/** Clouds of all sizes, some hard edges, and the grain of a sensor. */
async function scene(size, seed) {
  const [width, height] = size
  const sizes = [[900, 0.42], [240, 0.25], [60, 0.15], [14, 0.1], [4, 0.05]]
  const layers = await Promise.all(sizes.map(([each], index) => layer(each, size, seed + index)))
  const next = random(seed + 99)
  const pixels = Buffer.alloc(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = ((x / 331) | 0) % 7 === 3 && ((y / 217) | 0) % 5 === 2 ? 40 : 0
      const grain = (next() - 0.5) * 14
      for (let channel = 0; channel < 3; channel++, at++) {
        let light = edge + grain
        for (let index = 0; index < layers.length; index++) light += layers[index][at] * sizes[index][1]
        pixels[at] = light < 0 ? 0 : light > 255 ? 255 : light
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

const jpeg = (options) => (picture) => picture.jpeg({ quality: 90, mozjpeg: false, ...options })
const turned = (picture) => picture.withMetadata({ orientation: 6 }).withIccProfile('p3')

const classes = {
  'jpeg-24mp.jpg': [MP24, jpeg({ chromaSubsampling: '4:2:0' })],
  'jpeg-24mp-p3-turned.jpg': [MP24, (picture) => jpeg({ chromaSubsampling: '4:2:0' })(turned(picture))],
  'jpeg-24mp-444.jpg': [MP24, jpeg({ chromaSubsampling: '4:4:4' })],
  'jpeg-24mp-progressive.jpg': [MP24, jpeg({ chromaSubsampling: '4:2:0', progressive: true })],
  'jpeg-12mp.jpg': [MP12, jpeg({ chromaSubsampling: '4:2:0' })],
  'jpeg-12mp-p3-turned.jpg': [MP12, (picture) => jpeg({ chromaSubsampling: '4:2:0' })(turned(picture))],
  'jpeg-12mp-progressive.jpg': [MP12, jpeg({ chromaSubsampling: '4:2:0', progressive: true })],
  'jpeg-12mp-grey.jpg': [MP12, (picture) => jpeg({})(picture.greyscale().toColourspace('b-w'))],
  'png-12mp.png': [MP12, (picture) => picture.png({ compressionLevel: 6 })],
  'webp-12mp.webp': [MP12, (picture) => picture.webp({ quality: 85 })],
  'webp-12mp-lossless.webp': [MP12, (picture) => picture.webp({ lossless: true, effort: 1 })],
  'tiff-12mp-lzw.tif': [MP12, (picture) => picture.tiff({ compression: 'lzw', predictor: 'horizontal' })],
  'tiff-12mp-plain.tif': [MP12, (picture) => picture.tiff({ compression: 'none' })],
  'avif-12mp.avif': [MP12, (picture) => picture.avif({ quality: 60, effort: 1 })],
  'gif-3mp.gif': [[2048, 1536], (picture) => picture.gif({ effort: 1 })],
}

for (const [name, [size, encode]] of Object.entries(classes)) {
  const file = path.join(folder, name)
  if (existsSync(file)) continue
  await encode(await scene(size, 7)).toFile(file)
}
