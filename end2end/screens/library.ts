//! What is on the screens: landscapes of some weeks with what camera and people say of them, saved views, and an old disk on
//! which not all is well. Opens no screen.

import { expect, type Browser, type Page } from '@playwright/test';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { png } from '../scene';
import type { Server } from '../server';
import { sidecar, withExif, type Taken } from './exif';
import { landscape } from './landscapes';

const PICTURES = 60;
const DAY_MS = 86_400_000;
const READY_MAX_MS = 300_000;
const CAMERAS = [
  ['Canon EOS R5', 'RF24-70mm F2.8 L IS USM'],
  ['NIKON Z 8', 'NIKKOR Z 24-120mm f/4 S'],
  ['FUJIFILM X-T5', 'XF23mmF1.4 R LM WR'],
];
const SHAPES: [number, number][] = [[1500, 1000], [1000, 1500], [1600, 900], [1200, 1200], [1500, 1000], [1800, 760]];
const NAMES = ['harbour', 'evening', 'far shore', 'first light', 'regatta', 'still water'];
const VIEWS = { 'By the lake': 'q=lake&rating=2&sort=taken', 'First light': 'tag=first%20light', 'Largest first': 'sort=size' };

/** In the order in which they were taken. Below `root` is a folder that is added. */
export async function fill(browser: Browser, server: Server, root: string): Promise<void> {
  const page = await browser.newPage();
  const archive = join(root, 'archive');
  await addArchive(page, server, archive);
  for (let number = PICTURES - 1; number >= 0; number -= 1) await take(page, server, number);
  await page.close();
  for (const [name, query] of Object.entries(VIEWS)) await post(server, 'views', { name, query });
  await areReady(server, PICTURES + 3);
  await rm(join(archive, 'gone.jpg'));
  const states = async () => (await server.images()).map((image) => image.state);
  await expect.poll(states, { timeout: READY_MAX_MS }).toContain('missing');
}

/** Before all others, so that what is wrong there stands at the end of the gallery. */
async function addArchive(page: Page, server: Server, archive: string): Promise<void> {
  await mkdir(archive);
  await writeFile(join(archive, 'torn.png'), png(1).subarray(0, 90));
  await writeFile(join(archive, 'gone.jpg'), withExif(await draw(page, PICTURES), taken(PICTURES + 7)));
  await post(server, 'folders', { path: archive, name: 'Archive' });
  await areReady(server, 2);
}

async function take(page: Page, server: Server, number: number): Promise<void> {
  const drawn = await draw(page, number);
  const stem = `${NAMES[number % NAMES.length]}-${String(number).padStart(2, '0')}`;
  if (number % 3 === 0) {
    const said = { title: `By the lake, ${number}`, rating: 1 + (number % 5), label: number % 2 ? 'Green' : 'Red', tags: ['lake', NAMES[number % 6]] };
    await writeFile(join(server.pictures, `${stem}.xmp`), sidecar(said));
  }
  await server.drop(`${stem}.jpg`, withExif(drawn, taken(number)));
  if (number === 40) await server.drop('cut off.jpg', drawn.subarray(0, drawn.length * 0.6));
}

async function draw(page: Page, number: number): Promise<Buffer> {
  const [width, height] = SHAPES[number % SHAPES.length];
  return Buffer.from(await page.evaluate(landscape, [number, width, height] as [number, number, number]), 'base64');
}

function taken(number: number): Taken {
  const [camera, lens] = CAMERAS[number % CAMERAS.length];
  // over some months, so that the strip of dates has marks, and several on each day
  const at = new Date(Date.UTC(2026, 9, 30, 6, 40) - Math.floor(number / 7) * 11 * DAY_MS + (number % 7) * 4_000_000);
  const place: [number, number] = [47.5 + (number % 9) * 0.013, 9.3 + (number % 5) * 0.021];
  return { at, camera, lens, exposure: [60, 125, 250, 500][number % 4], aperture: [2.8, 4, 8][number % 3], iso: 100 << number % 4, focal: 24 + (number % 6) * 8, place };
}

async function post(server: Server, what: string, told: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.address}/api/v1/${what}`, { method: 'POST', headers, body: JSON.stringify(told) });
  expect(answer.status, await answer.text()).toBe(201);
}

async function areReady(server: Server, count: number): Promise<void> {
  const ready = async () => (await server.images()).filter((image) => image.state !== 'pending').length;
  await expect.poll(ready, { timeout: READY_MAX_MS }).toBe(count);
}
