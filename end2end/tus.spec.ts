//! Uploads by clients that were written for tus and never heard of us: tus-js-client, Uppy in a page, and tuspy.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type Uppy from '@uppy/core';
import type Tus from '@uppy/tus';
import { build } from 'esbuild';
import { DetailedError, FileUrlStorage, Upload, type HttpRequest, type UploadOptions } from 'tus-js-client';
import { largePng } from './pixels';
import { expect, isLive, isOffline, isShown, openGallery, png, SERVER_GONE, test, upload, type Page, type Server } from './scene';

const MB = 1_000_000;
const PIECE = 2 * MB;
/** For as long as a server may take to start. */
const PATIENTLY: number[] = Array(240).fill(250);

/** What a page has once Uppy was loaded into it. */
declare const uppy: { Uppy: typeof Uppy; Tus: typeof Tus };

/** One by tus-js-client, in pieces. It takes the first failure for the last unless it is told otherwise. */
function uploadTo(server: Server, name: string, bytes: Buffer, options: UploadOptions = {}): Upload {
  const metadata = { filename: name };
  return new Upload(bytes, { endpoint: `${server.address}/uploads`, metadata, chunkSize: PIECE, retryDelays: null, ...options });
}

/** Starts it; the picture's record when all is there. */
function finish(upload: Upload): Promise<string | undefined> {
  return new Promise((kept, failed) => {
    upload.options.onSuccess = ({ lastResponse }) => kept(lastResponse.getHeader('PixelSync-Image'));
    upload.options.onError = failed;
    upload.start();
  });
}

/** Starts it and stops it after its first byte beyond `offset`, in the middle of a piece. */
function startAndStopAfter(upload: Upload, offset: number): Promise<void> {
  return new Promise((stopped, failed) => {
    upload.options.onProgress = (sent) => void (sent > offset && upload.abort().then(stopped, failed));
    upload.options.onError = failed;
    upload.start();
  });
}

/** Writes down what it asks for. */
function listenTo(upload: Upload): string[] {
  const asked: string[] = [];
  const before = upload.options.onBeforeRequest;
  upload.options.onBeforeRequest = async (request) => {
    asked.push([request.getMethod(), request.getHeader('Upload-Offset')].join(' ').trim());
    await before?.(request);
  };
  return asked;
}

/** From where in the file each piece was sent. */
function offsets(asked: string[]): number[] {
  return asked.filter((request) => request.startsWith('PATCH')).map((request) => Number(request.split(' ')[1]));
}

/** Which status the server refused it with. */
async function refusal(sending: Promise<unknown>): Promise<number | undefined> {
  const error = await sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof DetailedError)) throw error ?? new Error('it was not refused');
  return error.originalResponse?.getStatus();
}

async function parts(server: Server): Promise<string[]> {
  return (await readdir(server.pictures)).filter((name) => name.endsWith('.part'));
}

function look(url: string): Promise<Response> {
  return fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } });
}

/** It is there once and byte for byte, and nothing else is. */
async function isAlone(server: Server, name: string, image: string | undefined, bytes: Buffer): Promise<void> {
  expect(await server.files()).toEqual([name]);
  expect(await parts(server)).toEqual([]);
  expect((await server.images()).map(({ id }) => id)).toEqual([image]);
  await isWhole(server, image, bytes);
}

async function isWhole(server: Server, image: string | undefined, bytes: Buffer): Promise<void> {
  const answer = await fetch(`${server.address}/files/${image}`);
  expect(bytes.equals(Buffer.from(await answer.arrayBuffer())), 'the same bytes come back').toBe(true);
}

test('tus-js-client sends a picture in pieces, is stopped, and another one goes on with it', async ({ server, disk }) => {
  const bytes = largePng(1, 9 * MB);
  const urlStorage = new FileUrlStorage(disk.path('urls.json'));
  await startAndStopAfter(uploadTo(server, 'large.png', bytes, { urlStorage }), 2 * PIECE);

  const next = uploadTo(server, 'large.png', bytes, { urlStorage });
  const asked = listenTo(next);
  const [previous, ...others] = await next.findPreviousUploads();
  expect(others).toEqual([]);
  next.resumeFromPreviousUpload(previous);
  await isAlone(server, 'large.png', await finish(next), bytes);
  expect(asked[0]).toBe('HEAD');
  expect(asked).not.toContain('POST');
  expect(offsets(asked)[0]).toBeGreaterThanOrEqual(2 * PIECE);
});

test('tus-js-client goes on by itself after the server was killed in the middle', async ({ server }) => {
  const bytes = largePng(1, 9 * MB);
  let again: Promise<void> | undefined;
  const killOnce = async () => {
    await server.kill();
    await server.startAgain();
  };
  const sending = uploadTo(server, 'large.png', bytes, {
    retryDelays: PATIENTLY,
    onProgress: (sent) => void (sent > 2 * PIECE && (again ??= killOnce())),
  });
  const asked = listenTo(sending);
  const image = await finish(sending);
  await again;
  await isAlone(server, 'large.png', image, bytes);
  expect(asked.filter((request) => request === 'POST')).toHaveLength(1);
  expect(asked).toContain('HEAD');
  expect(offsets(asked).filter((offset) => offset < 2 * PIECE)).toEqual([0, PIECE]);
});

test('tus-js-client sends twenty at once', async ({ server }) => {
  const files = Array.from({ length: 20 }, (_, number) => ({ name: `${number}.png`, bytes: png(number) }));
  const sendings = files.map(({ name, bytes }) => finish(uploadTo(server, name, bytes)));
  const images = await Promise.all(sendings);
  expect(new Set(images).size).toBe(20);
  expect(await server.files()).toEqual(files.map(({ name }) => name).toSorted());
  expect(await parts(server)).toEqual([]);
  for (const [number, { bytes }] of files.entries()) await isWhole(server, images[number], bytes);
});

test('what tus-js-client ends leaves nothing', async ({ server }) => {
  const sending = uploadTo(server, 'large.png', largePng(1, 9 * MB));
  await startAndStopAfter(sending, PIECE);
  expect((await look(sending.url!)).status).toBe(200);
  expect(await parts(server)).toHaveLength(1);
  await sending.abort(true);
  expect((await look(sending.url!)).status).toBe(404);
  expect(await parts(server)).toEqual([]);
  expect(await server.files()).toEqual([]);
  expect(await server.images()).toEqual([]);
  expect(await refusal(Upload.terminate(sending.url!))).toBe(404);
});

test('tus-js-client begins anew what is known no more', async ({ server }) => {
  const bytes = largePng(1, 3 * MB);
  const uploadUrl = `${server.address}/uploads/0190a000-0000-7000-8000-000000000001`;
  const sending = uploadTo(server, 'large.png', bytes, { uploadUrl });
  const asked = listenTo(sending);
  await isAlone(server, 'large.png', await finish(sending), bytes);
  expect(asked).toEqual(['HEAD', 'POST', 'PATCH 0', `PATCH ${PIECE}`]);
});

test('tus-js-client is told of what is too large before it sends any of it', async ({ server }) => {
  const sending = uploadTo(server, 'large.png', png(1), { uploadSize: 2 ** 40 });
  const asked = listenTo(sending);
  expect(await refusal(finish(sending))).toBe(413);
  expect(asked).toEqual(['POST']);
});

test('tus-js-client sends the first piece with what begins the upload', async ({ server }) => {
  const bytes = largePng(1, 5 * MB);
  const sending = uploadTo(server, 'large.png', bytes, { uploadDataDuringCreation: true });
  const asked = listenTo(sending);
  await isAlone(server, 'large.png', await finish(sending), bytes);
  expect(asked).toEqual(['POST', `PATCH ${PIECE}`, `PATCH ${2 * PIECE}`]);
});

test('tus-js-client gets through a network that knows no PATCH', async ({ server }) => {
  const bytes = largePng(1, 3 * MB);
  const sending = uploadTo(server, 'large.png', bytes, { overridePatchMethod: true });
  const asked = listenTo(sending);
  await isAlone(server, 'large.png', await finish(sending), bytes);
  expect(asked).toEqual(['POST', 'POST 0', `POST ${PIECE}`]);
});

for (const algorithm of ['sha256', 'sha1']) {
  test(`a piece that is not what its ${algorithm} says is not kept, and is sent again`, async ({ server }) => {
    const bytes = largePng(1, 5 * MB);
    const sumOf = (request: HttpRequest, spoilt?: number) => {
      if (request.getMethod() !== 'PATCH') return;
      const offset = Number(request.getHeader('Upload-Offset'));
      const piece = offset === spoilt ? Buffer.from('another') : bytes.subarray(offset, offset + PIECE);
      request.setHeader('Upload-Checksum', `${algorithm} ${createHash(algorithm).update(piece).digest('base64')}`);
    };
    const sending = uploadTo(server, 'large.png', bytes, { onBeforeRequest: (request) => sumOf(request, PIECE) });
    expect(await refusal(finish(sending))).toBe(460);
    expect((await look(sending.url!)).headers.get('Upload-Offset')).toBe(String(PIECE));

    const next = uploadTo(server, 'large.png', bytes, { uploadUrl: sending.url, onBeforeRequest: (request) => sumOf(request) });
    const asked = listenTo(next);
    await isAlone(server, 'large.png', await finish(next), bytes);
    expect(asked).toEqual(['HEAD', `PATCH ${PIECE}`, `PATCH ${2 * PIECE}`]);
  });
}

/** Uppy, packed as a site's bundler packs it, and a place to choose files for it. */
async function loadUppy(page: Page): Promise<void> {
  const contents = "export { default as Uppy } from '@uppy/core'; export { default as Tus } from '@uppy/tus';";
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const packed = await build({ stdin: { contents, resolveDir }, bundle: true, format: 'iife', globalName: 'uppy', write: false });
  // from our own address: the page runs nothing that comes with it or from elsewhere
  await page.route('**/uppy.js', (route) => route.fulfill({ contentType: 'text/javascript', body: packed.outputFiles[0].text }));
  await page.addScriptTag({ url: '/uppy.js' });
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { id: 'for-uppy', type: 'file', multiple: true });
    document.body.append(input);
  });
}

test('Uppy sends three files, one with its folders, and the gallery shows them', async ({ page, server }) => {
  await openGallery(page);
  await loadUppy(page);
  await page.locator('#for-uppy').setInputFiles([upload('one.png', 1), upload('two.png', 2), upload('three.png', 3)]);
  const sent = await page.locator('#for-uppy').evaluate(async (input: HTMLInputElement) => {
    const sender = new uppy.Uppy().use(uppy.Tus, { endpoint: `${location.origin}/uploads` });
    for (const file of input.files!) {
      const meta = file.name === 'two.png' ? { relativePath: 'trip/day 2/two.png' } : {};
      sender.addFile({ name: file.name, type: file.type, data: file, meta });
    }
    const result = await sender.upload();
    return { successful: result?.successful?.length, failed: result?.failed };
  });
  expect(sent).toEqual({ successful: 3, failed: [] });
  for (const name of ['one.png', 'two.png', 'three.png']) await isShown(page, name);
  expect(await server.files()).toEqual(['one.png', 'three.png', 'trip/day 2/two.png']);
  expect(await parts(server)).toEqual([]);
});

test('Uppy goes on by itself after the server was killed', async ({ page, server, expectNoise }) => {
  expectNoise(SERVER_GONE, /net::ERR_/);
  const bytes = largePng(1, 9 * MB);
  await openGallery(page);
  await loadUppy(page);
  await page.locator('#for-uppy').setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: bytes });
  await page.exposeFunction('killServer', () => server.kill());
  const sending = page.locator('#for-uppy').evaluate(
    async (input: HTMLInputElement, { PIECE, PATIENTLY }) => {
      const { killServer } = window as unknown as { killServer: () => Promise<void> };
      let killed: Promise<void> | undefined;
      const asked: string[] = [];
      const onBeforeRequest = async (request: HttpRequest) => {
        const offset = request.getHeader('Upload-Offset');
        asked.push([request.getMethod(), offset].join(' ').trim());
        if (offset === String(2 * PIECE)) await (killed ??= killServer());
      };
      const endpoint = `${location.origin}/uploads`;
      const sender = new uppy.Uppy().use(uppy.Tus, { endpoint, chunkSize: PIECE, retryDelays: PATIENTLY, onBeforeRequest });
      const [file] = input.files!;
      sender.addFile({ name: file.name, type: file.type, data: file });
      const result = await sender.upload();
      return { successful: result?.successful?.length, asked };
    },
    { PIECE, PATIENTLY },
  );
  await isOffline(page);
  await server.startAgain();
  const { successful, asked } = await sending;
  expect(successful).toBe(1);
  expect(asked.filter((request) => request === 'POST')).toHaveLength(1);
  expect(offsets(asked).filter((offset) => offset < 2 * PIECE)).toEqual([0, PIECE]);
  await isLive(page);
  await isShown(page, 'large.png');
  const [image] = await server.images();
  await isAlone(server, 'large.png', image.id, bytes);
});

interface Told {
  from: number;
  to: number;
  url: string;
  image: string | null;
}

async function tuspy(server: Server, ...words: string[]): Promise<Told> {
  const python = process.env.PYTHON;
  if (!python) throw new Error('PYTHON names no Python that has tuspy: run the journeys by `cargo xtask test --only journeys`');
  const program = fileURLToPath(new URL('tuspy.py', import.meta.url));
  // the way to this machine itself leads over no other
  const env = { ...process.env, no_proxy: '*' };
  const { stdout } = await promisify(execFile)(python, [program, `${server.address}/uploads`, String(PIECE), ...words], { env });
  return JSON.parse(stdout);
}

test('tuspy sends a picture in pieces with their sums, ends, and another one goes on with it', async ({ server, disk }) => {
  const bytes = largePng(1, 9 * MB);
  await disk.write('large.png', bytes);
  const [file, urls] = [disk.path('large.png'), disk.path('urls.json')];
  const first = await tuspy(server, file, urls, '3');
  expect(first).toMatchObject({ from: 0, to: 3 * PIECE, image: null });
  expect(await server.files()).toEqual([]);
  const next = await tuspy(server, file, urls);
  expect(next).toMatchObject({ from: 3 * PIECE, to: bytes.length, url: first.url });
  await isAlone(server, 'large.png', next.image ?? undefined, bytes);
});

test('parts that would have to be joined are refused before any is kept', async ({ server }) => {
  expect(await refusal(finish(uploadTo(server, 'large.png', largePng(1, 4 * MB), { parallelUploads: 3 })))).toBe(400);
  expect(await parts(server)).toEqual([]);
  expect(await server.files()).toEqual([]);
});
