//! The strip below a picture: where one is, and the way to others around it.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, fill, isLive, isLoaded, png, test, type Page } from './scene';

const strip = (page: Page) => page.getByRole('navigation', { name: 'Filmstrip' });
const frames = (page: Page) => page.locator('a.frame');
const frame = (page: Page, id: string) => page.locator(`a.frame[data-id="${id}"]`);
const marked = (page: Page) => page.locator('a.frame[aria-current]');
const name = (page: Page) => page.locator('.viewer-name');
const scroller = (page: Page) => page.locator('.strip-scroller');
const strips = (path: string) => path === '/api/gallery/window';

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`/pictures/${id}`);
  await isLive(page);
}

/** How far the marked one is from the middle, in pixels. */
async function fromMiddle(page: Page): Promise<number> {
  const [one, all] = [await marked(page).boundingBox(), await scroller(page).boundingBox()];
  // it may be on its way back
  if (!one || !all) return Infinity;
  return Math.abs(one.x + one.width / 2 - (all.x + all.width / 2));
}

async function isCentred(page: Page, id: string): Promise<void> {
  await expect(marked(page)).toHaveAttribute('data-id', id);
  await expect.poll(() => fromMiddle(page)).toBeLessThan(2);
}

test('the one that is shown is marked in the middle, keys and presses move on, and neighbours cost no request', async ({ page, server }) => {
  await fill(server, 30);
  const images = await server.images();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await open(page, images[9].id);
  await isCentred(page, images[9].id);
  await isLoaded(frame(page, images[10].id).locator('img'));
  expect(asked.filter(strips)).toHaveLength(1);

  await page.keyboard.press('ArrowRight');
  await expect(name(page)).toHaveText(images[10].filename);
  await isCentred(page, images[10].id);
  await frame(page, images[14].id).click();
  await expect(name(page)).toHaveText(images[14].filename);
  await expect(page).toHaveURL(`/pictures/${images[14].id}`);
  await isCentred(page, images[14].id);
  // the keyboard goes with it
  await page.keyboard.press('ArrowLeft');
  await isCentred(page, images[13].id);
  await expect(marked(page)).toBeFocused();
  expect(asked.filter(strips)).toHaveLength(1);

  await open(page, images[0].id);
  await isCentred(page, images[0].id);
  await open(page, images[29].id);
  await isCentred(page, images[29].id);
});

test('of many only those near exist, and scrolling brings others', async ({ page, server }) => {
  await fill(server, 300);
  const images = await server.images();
  await open(page, images[150].id);
  await isCentred(page, images[150].id);
  expect(await frames(page).count()).toBeLessThan(110);
  await scroller(page).evaluate((element) => (element.scrollLeft += 6_000));
  const far = frame(page, images[233].id);
  await expect(far).toBeInViewport();
  expect(await frames(page).count()).toBeLessThan(110);
  await expect(marked(page)).toHaveCount(0);
  await far.click();
  await expect(name(page)).toHaveText(images[233].filename);
  await isCentred(page, images[233].id);
});

test('it follows what is found, and what arrives moves nothing that one looks at', async ({ page, server }) => {
  await fill(server, 12);
  const images = await server.images();
  await open(page, images[5].id);
  await isCentred(page, images[5].id);
  await server.drop('later.png', png(1));
  await expect(page.locator('.viewer-place')).toHaveText('7 of 13');
  await expect(frames(page)).toHaveCount(13);
  await isCentred(page, images[5].id);
  await rm(join(server.pictures, images[6].filename));
  await expect(frame(page, images[6].id)).toHaveAttribute('data-state', 'missing');
  await expect(frame(page, images[6].id).locator('img')).toHaveCount(0);
  await expect(page.getByRole('link', { name: `${images[6].filename}, missing` })).toBeVisible();
  await server.drop(images[4].filename, png(2, 64, 64).subarray(0, 200));
  await expect(frame(page, images[4].id)).toHaveAttribute('data-state', 'corrupted');

  await page.goto(`/pictures/${images[2].id}?q=old-000&sort=name`);
  await isLive(page);
  await expect(frames(page)).toHaveCount(10);
  const order = await frames(page).evaluateAll((frames) => frames.map((frame) => frame.getAttribute('title')!));
  expect(order).toEqual(order.toSorted());
  await expect(frames(page).first()).toHaveAttribute('href', /\?q=old-000&sort=name$/);
});

test('T hides it and shows it, and a reload keeps it so; hidden it asks for nothing', async ({ page, server }) => {
  await fill(server, 3);
  const [newest] = await server.images();
  await open(page, newest.id);
  await isCentred(page, newest.id);
  const height = async () => (await page.locator('.stage').boundingBox())!.height;
  const before = await height();
  await page.keyboard.press('t');
  await expect(strip(page)).toBeHidden();
  expect(await height()).toBeGreaterThan(before);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await isLive(page);
  await page.keyboard.press('ArrowRight');
  await expect(name(page)).not.toHaveText(newest.filename);
  await expect(strip(page)).toBeHidden();
  expect(asked.filter(strips)).toEqual([]);
  await page.getByRole('button', { name: 'Filmstrip' }).click();
  await expect(frames(page)).toHaveCount(3);
});

test('it is away in full screen, while a piece is cut, and during the slide show', async ({ page, server }) => {
  await fill(server, 4);
  const [newest] = await server.images();
  await open(page, newest.id);
  await isCentred(page, newest.id);
  await page.keyboard.press('c');
  await expect(page.locator('.crop-bar')).toBeVisible();
  await expect(strip(page)).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(strip(page)).toBeVisible();
  await page.keyboard.press('f');
  await expect(page.locator('.viewer')).toHaveAttribute('data-full', '');
  await expect(strip(page)).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(strip(page)).toBeVisible();
  await page.getByRole('button', { name: 'Slide show', exact: true }).click();
  await expect(strip(page)).toBeHidden();
  await page.getByRole('button', { name: 'Pause the slide show' }).click();
  await isCentred(page, newest.id);
});

test('its room is there before it is, so that nothing moves', async ({ page, server }) => {
  await fill(server, 3);
  const [newest] = await server.images();
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route('**/api/gallery/window', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`/pictures/${newest.id}`);
  const first = await page.locator('.stage').boundingBox();
  await isLive(page);
  release();
  await expect(frames(page)).toHaveCount(3);
  expect(await page.locator('.stage').boundingBox()).toEqual(first);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('it is there only for whoever wants it', async ({ page, server }) => {
    await fill(server, 8);
    const images = await server.images();
    await open(page, images[3].id);
    await expect(strip(page)).toBeHidden();
    await page.getByRole('button', { name: 'Show the filmstrip' }).tap();
    await isCentred(page, images[3].id);
    await frame(page, images[4].id).tap();
    await expect(name(page)).toHaveText(images[4].filename);
    expect(await page.locator('.viewer').evaluate((viewer) => viewer.scrollWidth - viewer.clientWidth)).toBe(0);
    await page.reload();
    await isCentred(page, images[4].id);
  });
});
