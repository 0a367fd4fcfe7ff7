//! Nearer to a picture and away from it again: by wheel, pointer, keys, button and fingers.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, fill, isLive, isLoaded, png, test, type Page, type Server } from './scene';

const SIZE = { width: 2_400, height: 1_600 };
type Place = { x: number; y: number };

const photo = (page: Page) => page.locator('img.photo');
const nearness = (page: Page) => page.getByRole('button', { name: /^Zoom/ });

async function openLarge(page: Page, server: Server): Promise<void> {
  await fill(server, 2);
  await writeFile(join(server.pictures, 'large.png'), png(77, SIZE.width, SIZE.height));
  await expect.poll(async () => (await server.images()).map((image) => image.filename)).toContain('large.png');
  const large = (await server.images()).find((image) => image.filename === 'large.png')!;
  await page.goto(`/pictures/${large.id}`);
  await isLive(page);
  await isLoaded(photo(page));
}

async function middle(page: Page): Promise<Place> {
  const stage = (await page.locator('.stage').boundingBox())!;
  return { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
}

/** Where a point of the window lies in the picture, as parts of its width and height. */
async function below(page: Page, at: Place): Promise<Place> {
  const { x, y, width, height } = (await photo(page).boundingBox())!;
  return { x: (at.x - x) / width, y: (at.y - y) / height };
}

/** A notch of the wheel is eased. */
async function isAtRest(page: Page): Promise<void> {
  let before = '';
  const rests = async () => {
    const now = JSON.stringify(await photo(page).boundingBox());
    const same = now === before;
    before = now;
    return same;
  };
  await expect.poll(rests).toBe(true);
}

test('the wheel zooms to the pointer, and the whole picture is fetched', async ({ page, server }) => {
  await openLarge(page, server);
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await expect(page.locator('img.whole')).toHaveCount(0);
  const centre = await middle(page);
  await page.mouse.move(centre.x, centre.y);
  await page.mouse.wheel(0, -800);
  await expect(nearness(page)).toHaveText(/\d+ %/);
  await isLoaded(page.locator('img.whole'));
  expect(await page.locator('img.whole').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(SIZE.width);

  const pointer = { x: centre.x + 40, y: centre.y - 30 };
  await page.mouse.move(pointer.x, pointer.y);
  await isAtRest(page);
  const [before, text] = [await below(page, pointer), await nearness(page).textContent()];
  await page.mouse.wheel(0, -200);
  await expect(nearness(page)).not.toHaveText(text!);
  await isAtRest(page);
  const after = await below(page, pointer);
  expect(after.x).toBeCloseTo(before.x, 3);
  expect(after.y).toBeCloseTo(before.y, 3);

  await page.mouse.wheel(0, 10_000);
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await expect(page.locator('img.whole')).toHaveCount(0);
});

test('a picture that is near is drawn by the pointer, no further than its edge', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openLarge(page, server);
  const centre = await middle(page);
  await page.mouse.dblclick(centre.x, centre.y);
  await expect(nearness(page)).toHaveText('Zoom: 100 %');
  const box = async () => (await photo(page).boundingBox())!;
  const before = await box();
  await page.mouse.move(centre.x, centre.y);
  await page.mouse.down();
  await page.mouse.move(centre.x - 60, centre.y + 30, { steps: 4 });
  await page.mouse.up();
  const after = await box();
  expect(after.x - before.x).toBeCloseTo(-60, 0);
  expect(after.y - before.y).toBeCloseTo(30, 0);

  await page.mouse.move(centre.x, centre.y);
  await page.mouse.down();
  await page.mouse.move(centre.x + 5_000, centre.y, { steps: 4 });
  await page.mouse.up();
  const stage = (await page.locator('.stage').boundingBox())!;
  expect((await box()).x).toBeLessThanOrEqual(stage.x + 1);
  await expect(page).toHaveURL(/pictures/);
  await page.mouse.dblclick(centre.x, centre.y);
  await expect(nearness(page)).toHaveText('Zoom: Fit');
});

test('keys and the button zoom, and the next picture is fitted again', async ({ page, server }) => {
  await openLarge(page, server);
  await page.keyboard.press('+');
  await expect(nearness(page)).toHaveText(/\d+ %/);
  await page.keyboard.press('0');
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await page.keyboard.press('1');
  await expect(nearness(page)).toHaveText('Zoom: 100 %');
  await page.keyboard.press('-');
  await expect(nearness(page)).not.toHaveText('Zoom: 100 %');
  await nearness(page).click();
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await nearness(page).click();
  await expect(nearness(page)).toHaveText('Zoom: 100 %');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.viewer-name')).not.toHaveText('large.png');
  await expect(nearness(page)).toHaveText('Zoom: Fit');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.viewer-name')).toHaveText('large.png');
  await expect(nearness(page)).toHaveText('Zoom: Fit');
});

test('two fingers draw it nearer', async ({ page, server }) => {
  await openLarge(page, server);
  const centre = await middle(page);
  const touch = await page.context().newCDPSession(page);
  const fingers = (apart: number) => ({
    touchPoints: [-apart, apart].map((x, id) => ({ x: centre.x + x, y: centre.y, id })),
  });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...fingers(40) });
  for (const apart of [60, 90, 120]) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...fingers(apart) });
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(nearness(page)).toHaveText(/\d+ %/);
  await expect(page.locator('.viewer-name')).toHaveText('large.png');
});
