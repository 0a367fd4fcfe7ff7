//! Takes a picture of every screen, at three sizes, in both themes, into `target/screenshots`.

import { test as base, type Browser, type Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLive } from '../scene';
import { Server } from '../server';
import { sidecar, withExif, type Taken } from './exif';
import { landscape } from './landscapes';

const SIZES = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};
const THEMES = ['dark', 'light'] as const;
const PICTURES = 60;
const DAY_MS = 86_400_000;
const CAMERAS = [
  ['Canon EOS R5', 'RF24-70mm F2.8 L IS USM'],
  ['NIKON Z 8', 'NIKKOR Z 24-120mm f/4 S'],
  ['FUJIFILM X-T5', 'XF23mmF1.4 R LM WR'],
];
const SHAPES: [number, number][] = [[1500, 1000], [1000, 1500], [1600, 900], [1200, 1200], [1500, 1000], [1800, 760]];
const NAMES = ['harbour', 'evening', 'far shore', 'first light', 'regatta', 'still water'];

interface Screen {
  name: string;
  open: (page: Page, server: Server) => Promise<void>;
}

const image = async (server: Server, name: string) => (await server.images()).find((image) => image.filename === name)!;

const isDrawn = (page: Page) =>
  page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));

const SCREENS: Screen[] = [
  { name: 'gallery', open: (page) => page.goto('/').then(() => page.locator('a.cell img').nth(20).waitFor()) },
  {
    name: 'found',
    open: (page) => page.goto('/?q=lake&rating=2&sort=taken').then(() => page.locator('a.cell img').first().waitFor()),
  },
  {
    name: 'filters',
    open: async (page) => {
      await page.goto('/');
      await isLive(page);
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.locator('.side a').first().waitFor();
    },
  },
  {
    name: 'save-view',
    open: async (page) => {
      await page.goto('/?q=harbour&rating=1');
      await isLive(page);
      await page.getByRole('button', { name: 'Save view' }).click();
    },
  },
  {
    name: 'edit-view',
    open: async (page) => {
      await page.goto('/?q=harbour&sort=name');
      await isLive(page);
      const menu = page.getByRole('button', { name: 'Places' });
      if (await menu.isVisible()) await menu.click();
      await page.getByRole('button', { name: 'Edit the view “First light”' }).press('Enter');
      await page.getByText('Place 2 of 3').waitFor();
    },
  },
  {
    name: 'places',
    open: async (page) => {
      await page.goto('/?tag=first%20light');
      await isLive(page);
      const menu = page.getByRole('button', { name: 'Places' });
      if (await menu.isVisible()) await menu.click();
      await page.locator('.view .place-count').first().filter({ hasText: /./ }).waitFor();
      await page.locator('.view').nth(1).hover();
    },
  },
  { name: 'folders', open: (page) => page.goto('/folders').then(() => page.locator('.folder-card').first().waitFor()) },
  {
    name: 'picture',
    open: async (page, server) => {
      await page.goto(`/pictures/${(await image(server, 'regatta-52.jpg')).id}`);
      await page.locator('img.photo').waitFor();
    },
  },
  {
    name: 'crop',
    open: async (page, server) => {
      await page.goto(`/pictures/${(await image(server, 'regatta-52.jpg')).id}`);
      await isLive(page);
      await page.keyboard.press('c');
      await page.locator('.crop-bar').waitFor();
    },
  },
  {
    name: 'compare',
    open: async (page, server) => {
      const [one, other] = [await image(server, 'still water-47.jpg'), await image(server, 'harbour-48.jpg')];
      await page.goto(`/compare?ids=${one.id},${other.id}`);
      await isLive(page);
    },
  },
  {
    name: 'compare-four',
    open: async (page, server) => {
      const names = ['first light-51.jpg', 'regatta-52.jpg', 'evening-49.jpg', 'cut off.jpg'];
      const ids = await Promise.all(names.map(async (name) => (await image(server, name)).id));
      await page.goto(`/compare?ids=${ids.join(',')}`);
      await isLive(page);
      const place = (await page.locator('.seat-place').first().boundingBox())!;
      await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2);
      await page.mouse.wheel(0, -600);
    },
  },
  {
    name: 'damaged',
    open: async (page, server) => {
      await page.goto(`/pictures/${(await image(server, 'cut off.jpg')).id}`);
      await page.locator('.state-note').waitFor();
    },
  },
  { name: 'not-found', open: async (page) => void (await page.goto('/nowhere')) },
];

function taken(number: number): Taken {
  const [camera, lens] = CAMERAS[number % CAMERAS.length];
  // some days apart, and several on each
  const at = new Date(Date.UTC(2026, 9, 30, 6, 40) - Math.floor(number / 7) * 3 * DAY_MS + (number % 7) * 4_000_000);
  const place: [number, number] = [47.5 + (number % 9) * 0.013, 9.3 + (number % 5) * 0.021];
  return { at, camera, lens, exposure: [60, 125, 250, 500][number % 4], aperture: [2.8, 4, 8][number % 3], iso: 100 << number % 4, focal: 24 + (number % 6) * 8, place };
}

/** Drawn once, in the order in which they were taken. */
async function fill(browser: Browser, server: Server): Promise<void> {
  const page = await browser.newPage();
  for (let number = PICTURES - 1; number >= 0; number -= 1) {
    const [width, height] = SHAPES[number % SHAPES.length];
    const drawn = Buffer.from(await page.evaluate(landscape, [number, width, height] as [number, number, number]), 'base64');
    const stem = `${NAMES[number % NAMES.length]}-${String(number).padStart(2, '0')}`;
    if (number % 3 === 0) {
      const said = { title: `By the lake, ${number}`, rating: 1 + (number % 5), label: number % 2 ? 'Green' : 'Red', tags: ['lake', NAMES[number % 6]] };
      await writeFile(join(server.pictures, `${stem}.xmp`), sidecar(said));
    }
    await server.drop(`${stem}.jpg`, withExif(drawn, taken(number)));
    if (number === 40) await server.drop('cut off.jpg', drawn.subarray(0, drawn.length * 0.6));
  }
  await page.close();
  const views = { 'By the lake': 'q=lake&rating=2&sort=taken', 'First light': 'tag=first%20light', 'Largest first': 'sort=size' };
  for (const [name, query] of Object.entries(views)) {
    const body = JSON.stringify({ name, query });
    await fetch(`${server.address}/api/v1/views`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  const isReady = async () => (await server.images()).filter((image) => image.state !== 'pending').length > PICTURES;
  while (!(await isReady())) await new Promise((done) => setTimeout(done, 200));
}

const test = base.extend<object, { filled: Server; empty: Server }>({
  filled: [
    async ({ browser }, use) => {
      const server = await Server.start();
      await fill(browser, server);
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  empty: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

async function take(browser: Browser, server: Server, { name, open }: Screen): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of THEMES) {
      const isPhone = size === 'phone';
      const context = await browser.newContext({ baseURL: server.address, viewport, colorScheme, hasTouch: isPhone, isMobile: isPhone, deviceScaleFactor: isPhone ? 2 : 1 });
      const page = await context.newPage();
      await open(page, server);
      await isDrawn(page);
      await page.screenshot({ path: `../../target/screenshots/${name}-${size}-${colorScheme}.png` });
      await context.close();
    }
  }
}

for (const screen of SCREENS) test(screen.name, ({ browser, filled }) => take(browser, filled, screen));

test('empty', ({ browser, empty }) => take(browser, empty, { name: 'empty', open: async (page) => void (await page.goto('/')) }));
