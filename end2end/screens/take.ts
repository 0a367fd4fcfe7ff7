//! Takes a picture of every screen, at three sizes, in both themes, into `target/screenshots`.

import { test as base, type Browser, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cells, isLive, uploadSome } from '../scene';
import { Server } from '../server';
import { fill } from './library';

const SIZES = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};
const THEMES = ['dark', 'light'] as const;

interface Screen {
  name: string;
  open: (page: Page, server: Server) => Promise<void>;
}

const image = async (server: Server, name: string) => (await server.images()).find((image) => image.filename === name)!;

/** Nothing in sight is still to come. What is further down may not even be asked for. */
const isDrawn = (page: Page) =>
  page.waitForFunction(() => {
    const isInSight = (element: Element) => {
      const [box, frame] = [element, element.closest('main') ?? document.body].map((each) => each.getBoundingClientRect());
      const across = Math.min(box.right, frame.right) - Math.max(box.left, frame.left);
      const down = Math.min(box.bottom, frame.bottom, innerHeight) - Math.max(box.top, frame.top);
      return across > 0 && down > 0;
    };
    const isLoaded = (image: HTMLImageElement) => image.complete && image.naturalWidth > 0;
    const cells = [...document.querySelectorAll('a.cell')].filter(isInSight);
    return [...document.images].filter(isInSight).every(isLoaded) && cells.every((cell) => cell.querySelector('img, .cell-blank'));
  });

const dialog = (page: Page) => page.getByRole('dialog');

async function openGallery(page: Page, search = ''): Promise<void> {
  await page.goto(`/${search}`);
  await isLive(page);
}

async function openPicture(page: Page, server: Server, name = 'regatta-52.jpg'): Promise<void> {
  await page.goto(`/pictures/${(await image(server, name)).id}`);
  await isLive(page);
}

async function openFolders(page: Page): Promise<void> {
  await page.goto('/folders');
  await isLive(page);
}

/** With Ctrl, because not every size has something to point with. */
async function select(page: Page): Promise<void> {
  await openGallery(page);
  for (const place of [1, 2, 4]) await cells(page).nth(place).click({ modifiers: ['ControlOrMeta'] });
  await page.getByRole('toolbar').getByText('3 selected').waitFor();
}

async function askOfArchive(page: Page, what: 'Edit' | 'Remove'): Promise<void> {
  await openFolders(page);
  await page.getByRole('article', { name: 'Archive' }).getByRole('button', { name: what }).click();
  await dialog(page).waitFor();
}

const SCREENS: Screen[] = [
  { name: 'gallery', open: (page) => page.goto('/').then(() => page.locator('a.cell img').nth(20).waitFor()) },
  {
    name: 'found',
    open: (page) => page.goto('/?q=lake&rating=2&sort=taken').then(() => page.locator('a.cell img').first().waitFor()),
  },
  {
    name: 'nothing-found',
    open: async (page) => {
      await openGallery(page, '?q=zzzz');
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    },
  },
  {
    // where there is little room, the choice is on a sheet of its own
    name: 'rows',
    open: async (page) => {
      await openGallery(page);
      const sheet = page.getByRole('button', { name: 'Layout' });
      if (await sheet.isVisible()) await sheet.click();
      await page.getByRole('button', { name: 'Rows' }).click();
    },
  },
  {
    name: 'dates',
    open: async (page) => {
      // as small as usual, they are too few for a strip of dates on a tablet
      await page.addInitScript(() => localStorage.setItem('pixelsync-size', '1.4'));
      await openGallery(page, '?sort=taken');
      const [strip, here] = [(await page.locator('.scrub').boundingBox())!, (await page.locator('.scrub-here').boundingBox())!];
      const x = here.x + here.width / 2;
      await page.mouse.move(x, here.y + here.height / 2);
      await page.mouse.down();
      await page.mouse.move(x, strip.y + 0.55 * strip.height, { steps: 4 });
      await page.locator('.scrub-bubble').filter({ hasText: /2026/ }).waitFor();
    },
  },
  { name: 'selected', open: select },
  {
    name: 'orders',
    open: async (page) => {
      await openGallery(page);
      await page.getByRole('button', { name: 'Order' }).click();
      await page.locator('.menu-line').first().waitFor();
    },
  },
  {
    name: 'uploads',
    open: async (page) => {
      await openGallery(page);
      await uploadSome(page);
    },
  },
  {
    name: 'filters',
    open: async (page) => {
      await openGallery(page);
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.locator('.side a').first().waitFor();
    },
  },
  {
    name: 'save-view',
    open: async (page) => {
      await openGallery(page, '?q=harbour&rating=1');
      await page.getByRole('button', { name: 'Save view' }).click();
    },
  },
  {
    name: 'edit-view',
    open: async (page) => {
      await openGallery(page, '?q=harbour&sort=name');
      const menu = page.getByRole('button', { name: 'Places' });
      if (await menu.isVisible()) await menu.click();
      await page.getByRole('button', { name: 'Edit the view “First light”' }).press('Enter');
      await page.getByText('Position 2 of 3').waitFor();
    },
  },
  {
    name: 'places',
    open: async (page) => {
      await openGallery(page, '?tag=first%20light');
      const menu = page.getByRole('button', { name: 'Places' });
      if (await menu.isVisible()) await menu.click();
      await page.locator('.view .place-count').first().filter({ hasText: /./ }).waitFor();
      await page.locator('.view').nth(1).hover();
    },
  },
  { name: 'folders', open: openFolders },
  {
    name: 'add-folder',
    open: async (page) => {
      await openFolders(page);
      await page.getByRole('button', { name: 'Add a folder' }).click();
      await dialog(page).getByText('It has to lie in one of these').waitFor();
    },
  },
  { name: 'edit-folder', open: (page) => askOfArchive(page, 'Edit') },
  { name: 'remove-folder', open: (page) => askOfArchive(page, 'Remove') },
  { name: 'picture', open: openPicture },
  {
    name: 'keys',
    open: async (page, server) => {
      await openPicture(page, server);
      await page.keyboard.press('?');
      await dialog(page).waitFor();
    },
  },
  {
    name: 'full-screen',
    open: async (page, server) => {
      await openPicture(page, server);
      await page.keyboard.press('f');
      await page.locator('.viewer[data-full]').waitFor();
      // what has the keyboard does not fade
      await page.keyboard.press('Tab');
    },
  },
  {
    name: 'slide-show',
    open: async (page, server) => {
      await openPicture(page, server);
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Pause the slide show' }).waitFor();
    },
  },
  {
    name: 'crop',
    open: async (page, server) => {
      await openPicture(page, server);
      await page.keyboard.press('c');
      await page.locator('.crop-bar').waitFor();
    },
  },
  {
    name: 'crop-several',
    open: async (page) => {
      await select(page);
      await page.getByRole('toolbar').getByRole('link', { name: 'Crop' }).press('Enter');
      await page.getByRole('button', { name: 'Save for all 3' }).waitFor();
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
      await openPicture(page, server, 'cut off.jpg');
      await page.locator('.state-note').waitFor();
    },
  },
  {
    name: 'torn',
    open: async (page, server) => {
      await openPicture(page, server, 'torn.png');
      await page.locator('.blank').waitFor();
    },
  },
  {
    name: 'missing',
    open: async (page, server) => {
      await openPicture(page, server, 'gone.jpg');
      await page.locator('.state-note').waitFor();
    },
  },
  { name: 'not-found', open: async (page) => void (await page.goto('/nowhere')) },
];

const test = base.extend<object, { filled: Server; empty: Server }>({
  filled: [
    async ({ browser }, use) => {
      const root = await mkdtemp(join(tmpdir(), 'pixelsync-root-'));
      const server = await Server.start(root);
      await fill(browser, server, root);
      await use(server);
      await server.remove();
      await rm(root, { recursive: true, force: true });
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
      // what moves in is there
      await page.screenshot({ path: `../../target/screenshots/${name}-${size}-${colorScheme}.png`, animations: 'disabled' });
      await context.close();
    }
  }
}

for (const screen of SCREENS) test(screen.name, ({ browser, filled }) => take(browser, filled, screen));

test('empty', ({ browser, empty }) => take(browser, empty, { name: 'empty', open: async (page) => void (await page.goto('/')) }));
