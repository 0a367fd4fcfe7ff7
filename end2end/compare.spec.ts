//! Two to four pictures beside each other: how one gets there, what moves together, and the ways on.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awayAnswer, cell, cells, expect, fill, isLive, isLoaded, names, openGallery, png, test, type Page, type Server } from './scene';

type Place = { x: number; y: number };

const seats = (page: Page) => page.locator('.seat');
const photo = (page: Page, number: number) => seats(page).nth(number).locator('img.photo');
const link = (page: Page, number: number) => seats(page).nth(number).locator('.seat-name a');
const nearness = (page: Page) => page.getByRole('button', { name: /^Zoom/ });
const linked = (page: Page) => page.getByRole('button', { name: 'Linked' });
const url = (...ids: string[]) => `/compare?ids=${ids.join(',')}`;

/** Large ones, of which no two have the same shape, newest first. */
async function fillLarge(server: Server, count: number): Promise<string[]> {
  const sizes = [[2_400, 1_600], [1_600, 1_200], [1_200, 1_800], [2_000, 1_000]].slice(0, count);
  await Promise.all(
    sizes.map(([width, height], number) => writeFile(join(server.pictures, `large-${number}.png`), png(70 + number, width, height))),
  );
  await expect.poll(async () => (await server.images()).filter((image) => image.state === 'ok').length, { timeout: 60_000 }).toBe(count);
  const byName = (await server.images()).toSorted((one, other) => one.filename.localeCompare(other.filename));
  return byName.map((image) => image.id);
}

async function open(page: Page, ids: string[]): Promise<void> {
  await page.goto(url(...ids));
  await isLive(page);
  for (const number of ids.keys()) await isLoaded(photo(page, number));
}

async function middle(page: Page, number: number): Promise<Place> {
  const { x, y, width, height } = (await seats(page).nth(number).locator('.seat-place').boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** As large as the picture is drawn, with the bars beside it, and what of it lies in the middle of its place. */
async function seen(page: Page, number: number): Promise<{ nearness: number; centre: Place }> {
  const place = (await seats(page).nth(number).locator('.seat-place').boundingBox())!;
  const lens = (await photo(page, number).boundingBox())!;
  const edge = async (name: string) => Number(await photo(page, number).getAttribute(name));
  const [width, height] = [await edge('width'), await edge('height')];
  const near = lens.width / place.width;
  const fitted = Math.min(place.width / width, place.height / height);
  const from = { x: place.x + place.width / 2 - (lens.x + lens.width / 2), y: place.y + place.height / 2 - (lens.y + lens.height / 2) };
  return { nearness: near, centre: { x: from.x / (width * fitted * near), y: from.y / (height * fitted * near) } };
}

async function isSame(page: Page, one: number, other: number): Promise<void> {
  const [a, b] = [await seen(page, one), await seen(page, other)];
  expect(a.nearness).toBeCloseTo(b.nearness, 2);
  expect(a.centre.x).toBeCloseTo(b.centre.x, 2);
  expect(a.centre.y).toBeCloseTo(b.centre.y, 2);
}

test('an address shows two beside each other, with what is told of each', async ({ page, server }) => {
  const ids = await fillLarge(server, 2);
  await open(page, ids);
  await expect(page).toHaveTitle('Compare · PixelSync');
  await expect(seats(page)).toHaveCount(2);
  await expect(link(page, 0)).toHaveText('large-0.png');
  await expect(seats(page).nth(0).locator('[data-fact=Pixels]')).toHaveText('2,400 × 1,600, 3.8 MP');
  await expect(seats(page).nth(1).locator('[data-fact=Pixels]')).toHaveText('1,600 × 1,200, 1.9 MP');
  const [left, right] = [(await seats(page).nth(0).boundingBox())!, (await seats(page).nth(1).boundingBox())!];
  expect(right.x).toBeGreaterThanOrEqual(left.x + left.width);
  expect(right.y).toBe(left.y);
  // one above the other where the window stands
  await page.setViewportSize({ width: 800, height: 1_100 });
  expect((await seats(page).nth(1).boundingBox())!.y).toBeGreaterThan(left.y);
  expect((await seats(page).nth(1).boundingBox())!.x).toBe((await seats(page).nth(0).boundingBox())!.x);
});

test('wheel, pointer and keys move all of them, and L lets one go alone', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, await fillLarge(server, 2));
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  const at = await middle(page, 0);
  await page.mouse.move(at.x + 60, at.y + 40);
  await page.mouse.wheel(0, -900);
  await expect(nearness(page)).toHaveText(/\d+ %/);
  await isSame(page, 0, 1);
  // in full, once somebody looks nearer
  for (const number of [0, 1]) await isLoaded(seats(page).nth(number).locator('img.whole'));

  await page.mouse.down();
  await page.mouse.move(at.x + 10, at.y + 20, { steps: 4 });
  await page.mouse.up();
  await isSame(page, 0, 1);
  const before = await seen(page, 1);

  await page.keyboard.press('l');
  await expect(linked(page)).toHaveAttribute('aria-pressed', 'false');
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x - 50, at.y - 20, { steps: 4 });
  await page.mouse.up();
  expect(await seen(page, 1)).toEqual(before);
  expect((await seen(page, 0)).centre.x).not.toBeCloseTo(before.centre.x, 2);

  // from here on the other one shows what this one shows
  await linked(page).click();
  await isSame(page, 0, 1);
  await page.keyboard.press('0');
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await expect(page.locator('img.whole')).toHaveCount(0);
  await page.keyboard.press('1');
  await expect(nearness(page)).toHaveText('Zoom: 100 %');
  await isSame(page, 0, 1);
  await page.setViewportSize({ width: 1_200, height: 800 });
  await expect.poll(async () => (await seen(page, 0)).nearness - (await seen(page, 1)).nearness).toBeCloseTo(0, 2);
  await page.mouse.dblclick(at.x, at.y);
  await expect(nearness(page)).toHaveText('Zoom: Fit');
});

test('two fingers move all of them', async ({ page, server }) => {
  await open(page, await fillLarge(server, 2));
  const centre = await middle(page, 1);
  const touch = await page.context().newCDPSession(page);
  const fingers = (apart: number) => ({ touchPoints: [-apart, apart].map((x, id) => ({ x: centre.x + x, y: centre.y, id })) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...fingers(40) });
  for (const apart of [60, 90, 120]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...fingers(apart) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(nearness(page)).toHaveText(/\d+ %/);
  await isSame(page, 0, 1);
});

test('arrows go from one to the next, X takes one out, and two stay', async ({ page, server }) => {
  const ids = await fillLarge(server, 4);
  await open(page, ids);
  await expect(page.locator('.viewer-place')).toHaveText('4 pictures');
  await page.keyboard.press('ArrowRight');
  await expect(link(page, 1)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(link(page, 2)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(link(page, 1)).toBeFocused();
  await page.keyboard.press('x');
  await expect(seats(page)).toHaveCount(3);
  await expect(page).toHaveURL(url(ids[0], ids[2], ids[3]));
  await expect(link(page, 1)).toHaveText('large-2.png');
  await expect(link(page, 1)).toBeFocused();
  await page.getByRole('link', { name: 'Take large-3.png out of the comparison' }).click();
  await expect(seats(page)).toHaveCount(2);
  await page.keyboard.press('Delete');
  await expect(page.getByText('Two are the fewest that can be compared.')).toBeVisible();
  await expect(seats(page)).toHaveCount(2);
  await expect(page.getByRole('link', { name: /out of the comparison/ })).toHaveCount(0);
  expect((await server.images()).length).toBe(4);
});

test('from a picture to it and its neighbour, on to one of them, and all the way back', async ({ page, server }) => {
  await fill(server, 12);
  await openGallery(page);
  const order = await names(page);
  await cells(page).nth(4).click();
  await expect(page.locator('.viewer-name')).toHaveText(order[4]);
  await page.keyboard.press('b');
  await expect(link(page, 0)).toHaveText(order[4]);
  await expect(link(page, 1)).toHaveText(order[5]);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.locator('.viewer-name')).toHaveText(order[5]);
  await expect(page.getByRole('link', { name: 'Back to the comparison' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(seats(page)).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.locator('.viewer-name')).toHaveText(order[4]);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/');
  await expect(cell(page, order[4])).toBeFocused();

  await cells(page).nth(11).click();
  await page.getByRole('link', { name: 'Compare with next' }).click();
  await expect(link(page, 1)).toHaveText(order[10]);
  await page.getByRole('link', { name: 'Back' }).click();
  await expect(page.locator('.viewer-name')).toHaveText(order[11]);
});

test('the list of keys says what they do here', async ({ page, server }) => {
  const ids = await fillLarge(server, 2);
  await open(page, ids);
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  for (const key of ['←', '→', 'Enter', 'X', 'Del', 'L', '+', '−', '0', '1', 'Esc']) {
    await expect(list.locator('kbd').getByText(key, { exact: true })).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  // an address that one came by leads to the gallery
  await page.keyboard.press('Escape');
  await expect(cells(page)).toHaveCount(2);
});

test('too few, too many, unknown and unreadable ones are told of', async ({ page, server }) => {
  const unknown = '0190a5a0-0000-7000-8000-000000000001';
  await fill(server, 6);
  const ids = (await server.images()).map((image) => image.id);
  await page.goto('/compare');
  await expect(page.getByRole('heading', { name: 'There is too little to compare' })).toBeVisible();
  await expect(page.getByText('This address names none.')).toBeVisible();
  await page.goto(url(ids[0], ids[0], 'boat'));
  await expect(page.getByText('This address names only one.')).toBeVisible();
  await page.getByRole('link', { name: 'Open the picture' }).click();
  await expect(page).toHaveURL(`/pictures/${ids[0]}`);

  await page.goto(url(...ids));
  await isLive(page);
  await expect(seats(page)).toHaveCount(4);
  await expect(page.getByText('Four can be compared at once: 2 more pictures are left out.')).toBeVisible();

  await page.goto(url(ids[0], unknown, ids[1], 'boat'));
  await isLive(page);
  await expect(page.getByText('“boat” in the address is no picture\'s id.')).toBeVisible();
  await expect(seats(page).nth(1).getByRole('heading', { name: 'This picture is not here' })).toBeVisible();
  await seats(page).nth(1).getByRole('link', { name: /out of the comparison/ }).click();
  await expect(seats(page)).toHaveCount(2);
  await expect(page.getByText('This picture is not here')).toHaveCount(0);

  await page.goto(url(unknown, unknown.replace('1', '2')));
  await expect(page.getByRole('heading', { name: 'These pictures are not here' })).toBeVisible();
  await page.getByRole('link', { name: 'All pictures', exact: true }).click();
  await expect(cells(page)).toHaveCount(6);
});

test('a picture that changes, goes or is damaged meanwhile says so', async ({ page, server }) => {
  await fill(server, 3);
  const images = await server.images();
  await page.goto(url(...images.map((image) => image.id)));
  await isLive(page);
  const before = await photo(page, 0).getAttribute('src');
  await server.drop(images[0].filename, png(1));
  await expect(photo(page, 0)).not.toHaveAttribute('src', before!);
  await rm(join(server.pictures, images[1].filename));
  await expect(seats(page).nth(1).locator('.state-note')).toContainText('Missing');
  await server.drop(images[2].filename, png(2, 64, 64).subarray(0, 200));
  await expect(seats(page).nth(2)).toContainText('Damaged');
  await server.drop(images[1].filename, png(3));
  await expect(seats(page).nth(1).locator('.state-note')).toHaveCount(0);
});

test('what cannot be had is had as soon as it can be', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 503/);
  await fill(server, 2);
  await openGallery(page);
  await cells(page).first().click();
  await isLoaded(page.locator('img.photo'));
  await page.route('**/api/pictures/compare', (route) => route.fulfill(awayAnswer('/api/pictures/compare')));
  await page.keyboard.press('b');
  await expect(page.getByRole('heading', { name: 'The pictures cannot be shown' })).toBeVisible();
  await page.unroute('**/api/pictures/compare');
  await expect(seats(page)).toHaveCount(2);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('pictures, names and links are there', async ({ page, server, expectNoise }) => {
    expectNoise(/request: csp/, /preloaded using link preload but not used/);
    const ids = await fillLarge(server, 3);
    await page.goto(`/pictures/${ids[0]}`);
    await page.getByRole('link', { name: 'Compare with next' }).click();
    await expect(seats(page)).toHaveCount(2);
    await page.goto(url(...ids));
    for (const number of [0, 1, 2]) await expect(photo(page, number)).toBeVisible();
    await page.getByRole('link', { name: 'Take large-1.png out of the comparison' }).click();
    await expect(page.locator('.seat-name')).toHaveText(['large-0.png', 'large-2.png']);
    await link(page, 1).click();
    await expect(page.locator('.viewer-name')).toHaveText('large-2.png');
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('they lie one above the other, and nothing runs off the side', async ({ page, server }) => {
    await open(page, await fillLarge(server, 2));
    const [upper, lower] = [(await seats(page).nth(0).boundingBox())!, (await seats(page).nth(1).boundingBox())!];
    expect(lower.y).toBeGreaterThanOrEqual(upper.y + upper.height - 1);
    expect(lower.y + lower.height).toBeLessThanOrEqual(844);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    for (const control of [linked(page), page.getByRole('link', { name: 'Back' })]) {
      const box = (await control.boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
    }
  });
});
