// Does what PixelSync does with one file, by sharp at its best: FILE ROUNDS FOLDER. Prints the processor's time of a round
// and the most memory that was taken. The previews of the last round stay in the folder.

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'

const [file, rounds, folder] = process.argv.slice(2)
sharp.cache(false)
sharp.concurrency(1)

async function develop() {
  const bytes = await readFile(file)
  createHash('sha256').update(bytes).digest()
  // once from the file, everything else from that
  const { data, info } = await sharp(bytes, { limitInputPixels: false })
    .rotate()
    .resize(1600, 1600, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const large = () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
  const preview = await large().jpeg({ quality: 80 }).toBuffer()
  const small = await large().resize(400, 400, { fit: 'inside' }).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = small.info
  const smallAgain = () => sharp(small.data, { raw: { width, height, channels } })
  const thumbnail = await smallAgain().webp({ quality: 80, effort: 2 }).toBuffer()
  const tiny = await smallAgain().resize(100, 100, { fit: 'inside' }).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  rgbaToThumbHash(tiny.info.width, tiny.info.height, tiny.data)
  return { preview, thumbnail }
}

await develop()
const before = process.cpuUsage()
let made
for (let round = 0; round < Number(rounds); round++) made = await develop()
const { user, system } = process.cpuUsage(before)
await writeFile(path.join(folder, 'peer.jpg'), made.preview)
console.log(`${(user + system) / 1000 / Number(rounds)} ${process.resourceUsage().maxRSS / 1024}`)
