//! A crop of a picture: by pointer, by keys alone, in a ratio, on a phone; and what the two then say of each other.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { awayAnswer, cutOut, expect, isLive, isLoaded, png, test, type Page, type Server } from './scene';

const SIZE = { width: 1_200, height: 800 };
const HARBOUR = png(7, SIZE.width, SIZE.height);
/** Four fifths of it, in the middle. */
const FIRST = [120, 80, 960, 640];

const region = (page: Page) => page.getByRole('group', { name: /^Region/ });
const number = (page: Page, name: string) => page.getByRole('spinbutton', { name, exact: true });
const save = (page: Page) => page.getByRole('button', { name: 'Save as new picture' });
const line = (page: Page) => page.locator('.crop-line');
const crop = (page: Page) => page.getByRole('button', { name: 'Crop', exact: true });
const kin = (page: Page, heading: string) => page.getByRole('region', { name: heading });

async function harbour(server: Server): Promise<string> {
  await server.drop('harbour.png', HARBOUR);
  await expect.poll(async () => (await server.images())[0]?.state).toBe('ok');
  return (await server.images())[0].id;
}

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`/pictures/${id}`);
  await isLive(page);
  await isLoaded(page.locator('img.photo'));
}

async function numbers(page: Page): Promise<number[]> {
  const names = ['Left', 'Top', 'Width', 'Height'];
  return Promise.all(names.map(async (name) => Number(await number(page, name).inputValue())));
}

async function have(page: Page, expected: number[]): Promise<void> {
  await expect.poll(() => numbers(page)).toEqual(expected);
}

/** Where a pixel of the picture is on the screen. */
async function place(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const field = (await page.locator('.crop-field').boundingBox())!;
  return { x: field.x + (x / SIZE.width) * field.width, y: field.y + (y / SIZE.height) * field.height };
}

async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  const [start, end] = [await place(page, ...from), await place(page, ...to)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 5 });
  await page.mouse.up();
}

/** The pointer stops at pixels of the screen, which are larger or smaller than the picture's. */
async function haveAbout(page: Page, expected: number[]): Promise<void> {
  const off = async () => Math.max(...(await numbers(page)).map((value, at) => Math.abs(value - expected[at])));
  await expect.poll(off).toBeLessThanOrEqual(3);
}

test('by mouse: a region is drawn, moved and pulled, saved, and both pictures show each other', async ({ page, server }) => {
  const id = await harbour(server);
  await open(page, id);
  await crop(page).click();
  await have(page, FIRST);
  const [field, photo] = [(await page.locator('.crop-field').boundingBox())!, (await page.locator('img.photo').boundingBox())!];
  expect(field.height).toBeCloseTo(Math.min(photo.height, (photo.width * SIZE.height) / SIZE.width), 0);

  await drag(page, [1_080, 720], [720, 480]);
  await haveAbout(page, [120, 80, 600, 400]);
  await drag(page, [400, 300], [500, 350]);
  await haveAbout(page, [220, 130, 600, 400]);
  await drag(page, [220, 300], [120, 300]);
  await haveAbout(page, [120, 130, 700, 400]);
  await drag(page, [400, 300], [5_000, 5_000]);
  await haveAbout(page, [500, 400, 700, 400]);
  await drag(page, [1_200, 800], [-500, -500]);
  await haveAbout(page, [500, 400, 1, 1]);
  await drag(page, [700, 600], [300, 400]);
  // where there was no region, another begins
  await haveAbout(page, [300, 400, 400, 200]);

  await number(page, 'Width').fill('333');
  await number(page, 'Height').fill('222');
  await number(page, 'Height').press('Tab');
  await expect(page.locator('.crop-size')).toHaveText('333 × 222');
  await save(page).click();
  await expect(line(page)).toContainText('harbour_crop-1.png');
  await expect(line(page)).toContainText('333 × 222');
  await expect(region(page)).toBeHidden();
  await expect(page.locator('.viewer-name')).toHaveText('harbour.png');

  const pieces = kin(page, '1 crop of this picture').getByRole('link');
  await expect(pieces).toHaveText(/harbour_crop-1\.png/);
  await isLoaded(pieces.locator('img'));
  await line(page).getByRole('link').click();
  await expect(page.locator('.viewer-name')).toHaveText('harbour_crop-1.png');
  await expect(page.locator('[data-fact=Pixels]')).toHaveText('333 × 222, 0.1 MP');
  await expect(line(page)).toBeHidden();
  await kin(page, 'Cropped from').getByRole('link', { name: 'harbour.png' }).click();
  await expect(page.locator('.viewer-name')).toHaveText('harbour.png');
});

test('by keys alone', async ({ page, server }) => {
  const id = await harbour(server);
  await cutOut(server, id, 0, 0, 0.5, 0.5);
  await open(page, id);
  await page.keyboard.press('c');
  await expect(region(page)).toBeFocused();
  await have(page, FIRST);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+ArrowDown');
  await have(page, [122, 89, 960, 640]);
  await page.keyboard.press('Control+ArrowLeft');
  await page.keyboard.press('Control+Shift+ArrowDown');
  await have(page, [122, 89, 959, 650]);
  // the arrows are the region's, and turn no page
  await expect(page).toHaveURL(`/pictures/${id}`);

  await page.keyboard.press('Tab');
  await expect(page.getByRole('slider', { name: 'Upper left corner' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await have(page, [123, 99, 958, 640]);

  await page.keyboard.press('Escape');
  await expect(region(page)).toBeHidden();
  await expect(crop(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(region(page)).toBeFocused();
  await number(page, 'Left').fill('99999');
  await page.keyboard.press('Tab');
  await have(page, [240, 80, 960, 640]);
  await number(page, 'Top').fill('160');
  await page.keyboard.press('Enter');
  await expect(line(page)).toContainText('harbour_crop-2.png');
  await expect(line(page)).toContainText('960 × 640');
  await expect(line(page).getByRole('link')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.viewer-name')).toHaveText('harbour_crop-2.png');
});

test('a ratio is kept, and turned', async ({ page, server }) => {
  await open(page, await harbour(server));
  await crop(page).click();
  const choose = (name: string) => page.locator('label.shape', { hasText: name }).click();
  await choose('16:9');
  const ratio = async () => {
    const [, , width, height] = await numbers(page);
    return width / height;
  };
  await expect.poll(ratio).toBeCloseTo(16 / 9, 1);
  const [left, top, width, height] = await numbers(page);
  await drag(page, [left + width, top + height], [left + width / 2, top + height]);
  await expect.poll(async () => (await numbers(page))[2]).toBeLessThan(width);
  expect(await ratio()).toBeCloseTo(16 / 9, 1);
  await page.keyboard.press('Control+ArrowRight');
  expect(await ratio()).toBeCloseTo(16 / 9, 1);

  await page.getByRole('button', { name: 'Turn the ratio' }).click();
  await expect(page.locator('label.shape:has(:checked)')).toHaveText('9:16');
  await expect.poll(ratio).toBeCloseTo(9 / 16, 1);
  await number(page, 'Width').fill('90');
  await number(page, 'Width').press('Tab');
  expect((await numbers(page)).slice(2)).toEqual([90, 160]);
  await region(page).focus();
  await page.keyboard.press('x');
  await expect.poll(ratio).toBeCloseTo(16 / 9, 1);

  await choose('1:1');
  await expect.poll(ratio).toBe(1);
  await choose('Original');
  await expect.poll(ratio).toBeCloseTo(1.5, 1);
  await page.getByRole('radio', { name: 'Original' }).press('ArrowRight');
  await expect(page.getByRole('radio', { name: '1:1' })).toBeChecked();
  // the next picture that is cropped begins with it
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await expect.poll(ratio).toBe(1);
});

test('what cannot be saved says why, and the region stays', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 503/, /net::ERR_FAILED/);
  await open(page, await harbour(server));
  await crop(page).click();
  await number(page, 'Left').fill('17');
  await number(page, 'Left').press('Tab');
  const path = '/api/pictures/crop';
  await page.route(`**${path}`, (route) => route.fulfill(awayAnswer(path)));
  await save(page).click();
  const problem = page.locator('.crop-bar .problem');
  await expect(problem).toHaveText('The database is away. Nothing is lost: try again in a moment.');
  await page.unroute(`**${path}`);
  await page.route(`**${path}`, (route) => route.abort());
  await save(page).click();
  await expect(problem).toContainText('The server cannot be reached');
  await have(page, [17, 80, 960, 640]);
  await page.unroute(`**${path}`);

  // while it is cut, nothing of it changes
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(`**${path}`, async (route) => {
    await released;
    await route.continue();
  });
  await save(page).click();
  await expect(page.getByRole('button', { name: 'Saving…' })).toBeVisible();
  await expect(problem).toBeEmpty();
  await page.keyboard.press('ArrowRight');
  await have(page, [17, 80, 960, 640]);
  release();
  await expect(line(page)).toContainText('harbour_crop-1.png');
  expect((await server.images()).length).toBe(2);
});

test('a crop is told of wherever its picture is open, and marked while that is another', async ({ page, server, context }) => {
  const id = await harbour(server);
  await open(page, id);
  await expect(page.getByRole('region', { name: /of this picture/ })).toBeHidden();
  const piece = await cutOut(server, id, 0.25, 0.25, 0.5, 0.5);
  await expect(kin(page, '1 crop of this picture').getByRole('link')).toHaveText(/harbour_crop-1\.png/);
  const second = await cutOut(server, id, 0, 0, 0.5, 0.5);
  await expect(kin(page, '2 crops of this picture').getByRole('link').first()).toHaveAttribute('href', `/pictures/${second}`);
  await rm(join(server.pictures, 'harbour_crop-2.png'));
  await expect(kin(page, '2 crops of this picture').getByRole('link').first()).toContainText('Missing');

  const other = await context.newPage();
  await open(other, piece);
  const mark = kin(other, 'Cropped from').getByRole('status');
  await expect(mark).toBeEmpty();
  await server.drop('harbour.png', png(8, SIZE.width, SIZE.height));
  await expect(mark).toContainText('harbour.png has changed since.');
  await server.drop('harbour.png', HARBOUR);
  await expect(mark).toBeEmpty();
  await server.drop('harbour.png', png(9, SIZE.width, SIZE.height));
  await expect(mark).toContainText('harbour.png has changed since.');

  await mark.getByRole('button', { name: 'Crop again' }).click();
  await expect(line(other)).toContainText('harbour_crop-3.png');
  await expect(line(other)).toContainText('600 × 400');
  await line(other).getByRole('link').click();
  await expect(other.locator('.viewer-name')).toHaveText('harbour_crop-3.png');
  await expect(kin(other, 'Cropped from').getByRole('link')).toHaveAttribute('href', `/pictures/${id}`);
  await expect(mark).toBeEmpty();
  await expect(page.getByRole('region', { name: '3 crops of this picture' })).toBeVisible();
});

test('what is not there is not offered, and says why', async ({ page, server }) => {
  await open(page, await harbour(server));
  await expect(crop(page)).not.toHaveAttribute('aria-disabled');
  await rm(join(server.pictures, 'harbour.png'));
  await expect(crop(page)).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('c');
  await expect(page.locator('.notice')).toContainText('The file is gone from its folder.');
  await expect(region(page)).toBeHidden();

  await server.drop('harbour.png', HARBOUR);
  await expect(crop(page)).not.toHaveAttribute('aria-disabled');
  await page.keyboard.press('c');
  await expect(region(page)).toBeFocused();
  await rm(join(server.pictures, 'harbour.png'));
  await expect(page.locator('[data-fact=State]')).toContainText('Missing');
  await save(page).click();
  await expect(page.locator('.crop-bar').getByRole('alert')).toContainText('The file is gone from its folder.');
  await have(page, FIRST);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('a finger makes a crop', async ({ page, server }) => {
    await open(page, await harbour(server));
    await crop(page).tap();
    await have(page, FIRST);
    const beyond = () =>
      page.evaluate(() => {
        const scrollers = [document.documentElement, document.querySelector('.viewer')!];
        return Math.max(...scrollers.map((each) => Math.max(each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight)));
      });
    expect(await beyond()).toBe(0);
    for (const button of [save(page), page.getByRole('button', { name: 'Cancel' }), page.getByRole('button', { name: 'Turn the ratio' })]) {
      await expect(button).toBeInViewport({ ratio: 1 });
      const box = (await button.boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
    }

    const touch = await page.context().newCDPSession(page);
    const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    const [start, end] = [await place(page, 1_080, 720), await place(page, 720, 480)];
    await finger('touchStart', start);
    for (const part of [0.25, 0.5, 0.75, 1]) {
      await finger('touchMove', { x: start.x + part * (end.x - start.x), y: start.y + part * (end.y - start.y) });
    }
    await finger('touchEnd');
    await haveAbout(page, [120, 80, 600, 400]);
    const size = await page.locator('.crop-size').textContent();
    // Chromium takes a tap right after so quick a swipe for the end of the swipe.
    await save(page).click();
    await expect(line(page)).toContainText(size!);
    await line(page).getByRole('link').click();
    await expect(page.locator('.viewer-name')).toHaveText('harbour_crop-1.png');
    await expect(kin(page, 'Cropped from').getByRole('link')).toHaveText(/harbour\.png/);
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('there is nothing to crop with, and the links lead from one to the other', async ({ page, server, expectNoise }) => {
    expectNoise(/request: csp/, /preloaded using link preload but not used/);
    const id = await harbour(server);
    await cutOut(server, id, 0, 0, 0.5, 0.5);
    await page.goto(`/pictures/${id}`);
    await expect(crop(page)).toBeHidden();
    await kin(page, '1 crop of this picture').getByRole('link').click();
    await expect(page.locator('.viewer-name')).toHaveText('harbour_crop-1.png');
    await kin(page, 'Cropped from').getByRole('link').click();
    await expect(page.locator('.viewer-name')).toHaveText('harbour.png');
  });
});
