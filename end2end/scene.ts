//! What every journey begins with: a server of its own, pages whose every complaint is heard, and words for what a
//! reader sees. A journey that makes the browser complain on purpose says so with `expectNoise`.

import { test as base, expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Disk } from './disk';
import { png } from './pixels';
import { Server } from './server';

export { expect, png };
export type { Disk, Page, Server };

class Noise {
  heard: string[] = [];
  expected: RegExp[] = [];

  listen(context: BrowserContext): void {
    const hear = (text: string) => this.heard.push(text);
    const listen = (page: Page) => {
      page.on('console', (message) => hear(`console ${message.type()}: ${message.text()} (${message.location().url})`));
      page.on('pageerror', (error) => hear(`error: ${error.message}`));
      page.on('requestfailed', (request) => {
        const why = request.failure()?.errorText ?? '';
        // A page that is left lets go of what it was loading.
        if (why !== 'net::ERR_ABORTED') hear(`request: ${why} (${request.url()})`);
      });
    };
    context.pages().forEach(listen);
    context.on('page', listen);
  }

  unexpected(): string[] {
    return this.heard.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }
}

interface Scene {
  server: Server;
  /** The reader's own. */
  disk: Disk;
  noise: Noise;
  /** Another reader: a browser of its own, at the gallery. */
  reader: () => Promise<Page>;
  expectNoise: (...patterns: RegExp[]) => void;
}

export const test = base.extend<Scene>({
  server: async ({}, use, info) => {
    const server = await Server.start();
    await use(server);
    await server.remove();
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log, contentType: 'text/plain' });
  },
  disk: async ({}, use) => {
    const disk = await Disk.make();
    await use(disk);
    await disk.remove();
  },
  baseURL: async ({ server }, use) => use(server.address),
  noise: async ({}, use) => {
    const noise = new Noise();
    await use(noise);
    expect(noise.unexpected(), 'what the browser complained of').toEqual([]);
  },
  context: async ({ context, noise }, use) => {
    noise.listen(context);
    await use(context);
  },
  reader: async ({ browser, noise }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext();
      noise.listen(context);
      contexts.push(context);
      const page = await context.newPage();
      await openGallery(page);
      return page;
    });
    for (const context of contexts) await context.close();
  },
  expectNoise: async ({ noise }, use) => use((...patterns) => void noise.expected.push(...patterns)),
});

/** What Chromium itself says of a server that is gone. */
export const SERVER_GONE =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;

export async function openGallery(page: Page): Promise<void> {
  await page.goto('/');
  await isLive(page);
}

export async function isLive(page: Page): Promise<void> {
  await expect(page.locator('.live')).toHaveText('Live');
}

export async function isOffline(page: Page): Promise<void> {
  await expect(page.locator('.live')).toHaveText('Offline');
}

export function cells(page: Page): Locator {
  return page.locator('a.cell');
}

export function cell(page: Page, name: string): Locator {
  return cells(page).filter({ has: page.getByText(name, { exact: true }) });
}

/** Newest first, as they stand in the grid. */
export async function names(page: Page): Promise<string[]> {
  return page.locator('a.cell .cell-name').allTextContents();
}

/** Its thumbnail is there and is a picture. */
export async function isShown(page: Page, name: string): Promise<void> {
  const image = cell(page, name).locator('img');
  await expect(image).toHaveCount(1);
  await isLoaded(image);
}

/** Its bytes arrived and are a picture. */
export async function isLoaded(image: Locator): Promise<void> {
  const width = () => image.evaluate((image: HTMLImageElement) => (image.complete ? image.naturalWidth : 0));
  await expect.poll(width).toBeGreaterThan(0);
}

/** Marks the cells' elements; `taggedCells` counts those that are still the same. */
export async function tagCells(page: Page): Promise<number> {
  return cells(page).evaluateAll((cells) => {
    for (const cell of cells as (HTMLElement & { tag?: string })[]) cell.tag = cell.dataset.id;
    return cells.length;
  });
}

export async function taggedCells(page: Page): Promise<number> {
  return cells(page).evaluateAll(
    (cells) => (cells as (HTMLElement & { tag?: string })[]).filter((cell) => cell.tag === cell.dataset.id).length,
  );
}

/** Stops the page's program on its way to the browser, until what this returns is called. */
export async function holdProgram(page: Page): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/pkg/*.wasm*', async (route) => {
    await held;
    await route.continue();
  });
  return () => release();
}

/** What a server function answers while its database is away. */
export function awayAnswer(path: string) {
  return { status: 503, headers: { serverfnerror: path }, body: JSON.stringify('Away') };
}

/** Puts that many pictures in and waits until the catalogue has them and they can be seen. */
export async function fill(server: Server, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, number) => `old-${String(number).padStart(4, '0')}.png`);
  await Promise.all(names.map((name, number) => server.drop(name, png(10_000 + number, 48, 32))));
  const developed = async () => (await server.images()).filter((image) => image.state !== 'pending').length;
  await expect.poll(developed, { timeout: 60_000 }).toBe(count);
  return names;
}

/** The picture in which people, a camera and satellites have written. */
export async function said(): Promise<Buffer> {
  return readFile(new URL('../imaging/tests/pictures/said.jpg', import.meta.url));
}

/** As a program cuts it. */
export async function cutOut(server: Server, of: string, x: number, y: number, width: number, height: number): Promise<string> {
  const body = JSON.stringify({ x, y, width, height });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.address}/images/${of}/crop`, { method: 'POST', headers, body });
  return (await answer.json()).image.id;
}

export function upload(name: string, number: number) {
  return { name, mimeType: 'image/png', buffer: png(number) };
}

/** What the door for uploads answers when it does not take one. */
export function tusAnswer(status: number, error: string) {
  return { status, headers: { 'Tus-Resumable': '1.0.0' }, json: { error } };
}

/** How many bytes a second leave the browser; less than none is as many as can. */
export async function slowDown(page: Page, bytes: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes };
  await session.send('Network.emulateNetworkConditions', slow);
}

/** Writes down what is begun from now on: how many uploads, and from where in its file each piece is sent. */
export function sentBytes(page: Page): () => { creations: number; offsets: number[] } {
  const sent = { creations: 0, offsets: [] as number[] };
  page.on('request', (request) => {
    if (!request.url().includes('/uploads')) return;
    if (request.method() === 'POST' && request.url().endsWith('/uploads')) sent.creations += 1;
    if (request.method() === 'PATCH') sent.offsets.push(Number(request.headers()['upload-offset']));
  });
  return () => sent;
}

/** Of seven files one is uploaded, one refused, one here already, three are under way and one waits. The server hears of none. */
export async function uploadSome(page: Page): Promise<void> {
  const some = ['regatta.png', 'harbour by night.png', 'first light.png', 'evening.png', 'still water.png', 'far shore.png'].map(upload);
  const here = upload('low tide.png', 77);
  const sha256 = createHash('sha256').update(here.buffer).digest('hex');
  const id = '0190a000-0000-7000-8000-000000000001';
  await page.route('**/api/uploads/known', (route) => route.fulfill({ json: [{ sha256, id }] }));
  const kept = { 'Tus-Resumable': '1.0.0', Location: '/uploads/1', 'PixelSync-Image': id, 'PixelSync-Already-Here': 'false' };
  const answers = [{ status: 201, headers: kept }, tusAnswer(413, 'A file may have 1 GiB at most.')];
  await page.route('**/uploads', async (route) => {
    const answer = answers.shift();
    if (answer) await route.fulfill(answer);
  });
  await page.locator('header input[name=file]').setInputFiles([here, ...some]);
  for (const [step, count] of Object.entries({ done: 1, failed: 1, here: 1, sending: 3, waiting: 1 })) {
    await expect(page.locator(`.tray-line[data-step=${step}]`)).toHaveCount(count);
  }
}

/** How many the browser keeps for a page that comes later. */
export function keptUploads(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        const opening = indexedDB.open('pixelsync-uploads');
        opening.onsuccess = () => {
          const counting = opening.result.transaction('uploads').objectStore('uploads').count();
          counting.onsuccess = () => done(counting.result);
        };
      }),
  );
}
