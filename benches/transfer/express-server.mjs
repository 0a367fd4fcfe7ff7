// The server of seed 000, written as its README tells: Express, multer, sharp and pg. Makes of each picture the two small ones
// that ours makes. Knows no sync and no crop, which nobody transfers anything by.

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

import express from 'express';
import multer from 'multer';
import pLimit from 'p-limit';
import pg from 'pg';
import sharp from 'sharp';

const [storage, connectionString] = process.argv.slice(2);
const folder = resolve(storage);
const previews = join(folder, 'previews');
const thumbnails = join(folder, 'thumbnails');

// the sizes and settings of imaging/src/derive.rs
const PREVIEW = { width: 1600, height: 1600, fit: 'inside', withoutEnlargement: true };
const PREVIEW_JPEG = { quality: 80, optimiseCoding: false };
const THUMBNAIL = { width: 400, height: 400, fit: 'inside', withoutEnlargement: true };
const THUMBNAIL_WEBP = { quality: 80, effort: 2 };

const TABLE = `
  create table if not exists images (
    id serial primary key,
    filename text not null,
    mime_type text not null,
    size_bytes bigint not null,
    width integer,
    height integer,
    checksum text not null,
    storage_path text not null unique,
    is_corrupted boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`;
const INSERT = `
  insert into images (filename, mime_type, size_bytes, width, height, checksum, storage_path, is_corrupted)
  values ($1, $2, $3, $4, $5, $6, $7, $8) returning *`;
const LIST = `
  select id, filename, mime_type, size_bytes, storage_path, is_corrupted, created_at
  from images order by created_at desc, id desc`;
const ID_MAX = 2 ** 31 - 1;

const pool = new pg.Pool({ connectionString });
pool.on('error', (error) => console.error('PostgreSQL:', error.message));
const background = pLimit(availableParallelism());
let ready = 0;

async function checksumOf(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What is known of a picture, and whether all of it can be decoded, which its preview takes anyway. */
async function analyze({ path, filename }) {
  const picture = sharp(path);
  try {
    const { format, autoOrient } = await picture.metadata();
    const known = { mime: `image/${format}`, ...autoOrient };
    const preview = picture.autoOrient().resize(PREVIEW).flatten({ background: 'white' }).jpeg(PREVIEW_JPEG);
    return await preview.toFile(join(previews, `${filename}.jpg`)).then(
      () => ({ ...known, isCorrupted: false }),
      () => ({ ...known, isCorrupted: true }),
    );
  } catch {
    return { isCorrupted: true };
  }
}

/** From the preview, which is read in a fraction of the whole picture's time. */
async function makeThumbnail(filename) {
  const preview = sharp(join(previews, `${filename}.jpg`));
  await preview.resize(THUMBNAIL).webp(THUMBNAIL_WEBP).toFile(join(thumbnails, `${filename}.webp`));
  ready += 1;
}

async function store(file) {
  const [checksum, known] = await Promise.all([checksumOf(file.path), analyze(file)]);
  const { mime = file.mimetype, width, height, isCorrupted } = known;
  const row = [file.originalname, mime, file.size, width, height, checksum, file.filename, isCorrupted];
  const { rows: [image] } = await pool.query(INSERT, row);
  if (!isCorrupted) {
    background(makeThumbnail, file.filename).catch((error) => console.error(`No thumbnail of ${file.path}:`, error));
  }
  return image;
}

/** Answers 404 where there is none. */
async function find(request, response) {
  const id = Number(request.params.id);
  const isId = Number.isInteger(id) && id > 0 && id <= ID_MAX;
  const { rows: [image] } = isId ? await pool.query('select * from images where id = $1', [id]) : { rows: [] };
  if (!image) response.status(404).json({ error: 'There is no such image.' });
  return image;
}

const upload = multer({
  storage: multer.diskStorage({
    destination: folder,
    filename: (request, file, done) => done(null, randomUUID() + extname(file.originalname).toLowerCase()),
  }),
  defParamCharset: 'utf8',
});
const app = express();

app.post('/upload', upload.single('file'), async (request, response) => {
  if (!request.file) return response.status(400).json({ error: 'Send a file in the field "file".' });
  const image = await store(request.file);
  response.status(201).json({ message: 'The file was uploaded.', image, corrupted: image.is_corrupted });
});

app.post('/upload/batch', upload.array('files'), async (request, response) => {
  if (!request.files?.length) return response.status(400).json({ error: 'Send files in the field "files".' });
  const images = await Promise.all(request.files.map(store));
  response.status(201).json({
    message: 'The files were uploaded.',
    totalFiles: images.length,
    totalSize: request.files.reduce((sum, file) => sum + file.size, 0),
    corruptedCount: images.filter((image) => image.is_corrupted).length,
    images,
  });
});

app.get('/images', async (request, response) => {
  const { rows } = await pool.query(LIST);
  response.json(rows);
});

app.get('/files/:id', async (request, response) => {
  const image = await find(request, response);
  if (image) response.type(image.mime_type).sendFile(image.storage_path, { root: folder });
});

app.get('/thumbs/:id', async (request, response) => {
  const image = await find(request, response);
  if (image) response.sendFile(`${image.storage_path}.webp`, { root: thumbnails });
});

app.get('/derived', (request, response) => response.json({ ready }));

app.get('/health', async (request, response) => {
  try {
    await pool.query('select 1');
    response.json({ status: 'ok', db: 'connected' });
  } catch (error) {
    response.status(503).json({ status: 'error', error: error.message });
  }
});

// Express knows by the four that it is for errors
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error instanceof multer.MulterError ? 400 : (error.status ?? 500);
  if (status >= 500) console.error(error);
  response.status(status).json({ error: error.message });
});

await mkdir(previews, { recursive: true });
await mkdir(thumbnails, { recursive: true });
await pool.query(TABLE);
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
