// How like the reference two previews are, as SSIM of the light: FILE OURS PEERS. The reference is made of every pixel.

import sharp from 'sharp'

const [file, ...previews] = process.argv.slice(2)
const WINDOW = 8

async function light(source, size) {
  const image = sharp(source, { limitInputPixels: false })
  const sized = size ? image.resize(...size, { fit: 'fill' }) : image
  const { data, info } = await sized.toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const values = new Float32Array(info.width * info.height)
  for (let at = 0; at < values.length; at++) {
    const pixel = at * info.channels
    const [red, green, blue] = info.channels < 3 ? [data[pixel], data[pixel], data[pixel]] : data.subarray(pixel, pixel + 3)
    values[at] = 0.299 * red + 0.587 * green + 0.114 * blue
  }
  return { values, width: info.width, height: info.height }
}

function ssim(one, other) {
  const [c1, c2] = [6.5025, 58.5225]
  let sum = 0
  let windows = 0
  for (let top = 0; top + WINDOW <= one.height; top += 4) {
    for (let left = 0; left + WINDOW <= one.width; left += 4) {
      let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
      for (let y = top; y < top + WINDOW; y++) {
        for (let x = left; x < left + WINDOW; x++) {
          const [p, q] = [one.values[y * one.width + x], other.values[y * one.width + x]]
          a += p
          b += q
          aa += p * p
          bb += q * q
          ab += p * q
        }
      }
      const n = WINDOW * WINDOW
      const [ma, mb] = [a / n, b / n]
      const [va, vb, cov] = [aa / n - ma * ma, bb / n - mb * mb, ab / n - ma * mb]
      sum += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
      windows++
    }
  }
  return sum / windows
}

const shown = await Promise.all(previews.map((preview) => light(preview)))
const whole = await sharp(file, { limitInputPixels: false })
  .rotate()
  .toColourspace('srgb')
  .removeAlpha()
  .raw()
  .toBuffer({ resolveWithObject: true })
const { width, height, channels } = whole.info
const reference = await light(
  await sharp(whole.data, { raw: { width, height, channels }, limitInputPixels: false })
    .resize(shown[0].width, shown[0].height, { kernel: 'lanczos3', fit: 'fill' })
    .png()
    .toBuffer(),
)
console.log(shown.map((preview) => ssim(reference, preview).toFixed(5)).join(' '))
