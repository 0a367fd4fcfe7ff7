//! The same on a phone: nothing runs off the side, fingers hit what they aim at, a swipe turns the page.

import { cells, expect, fill, isLive, isShown, openGallery, png, test, type Page } from './scene';

/** What Apple and Google both ask for. */
const FINGER_PX = 44;

/** Neither the page nor what scrolls in it holds anything that is beyond its edge. */
async function fitsAcross(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => {
    const scrollers = [document.documentElement, ...document.querySelectorAll('.gallery, .viewer')];
    return scrollers.map((each) => each.scrollWidth - each.clientWidth);
  });
  expect(Math.max(...beyond)).toBe(0);
}

async function isLargeEnough(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
  const box = await page.getByRole(role, { name }).first().boundingBox();
  expect(Math.min(box!.width, box!.height), String(name)).toBeGreaterThanOrEqual(FINGER_PX);
}

async function swipe(page: Page, from: number, to: number): Promise<void> {
  const touch = await page.context().newCDPSession(page);
  const at = (x: number) => ({ touchPoints: [{ x, y: 400 }] });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(from) });
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(from + part * (to - from)) });
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

test('the gallery fits, its buttons are large enough, and its drawer opens', async ({ page, server }) => {
  await fill(server, 30);
  await openGallery(page);
  await fitsAcross(page);
  await isLargeEnough(page, 'Places');
  await isLargeEnough(page, /^Theme/);
  const upload = await page.locator('header label.button:not(.upload-folder)').boundingBox();
  expect(upload!.height).toBeGreaterThanOrEqual(FINGER_PX);

  await page.getByRole('button', { name: 'Places' }).tap();
  await expect(page.getByRole('navigation', { name: 'Places' })).toBeVisible();
  await expect(page.locator('a.place .place-count').first()).toHaveText('30');
  await isLargeEnough(page, 'Scan now');
  await page.getByRole('button', { name: 'Scan now' }).tap();
  // The drawer would lie over what is told.
  await expect(page.getByRole('navigation', { name: 'Places' })).toBeHidden();
  await expect(page.getByText('Looked at 30 files: nothing has changed.')).toBeVisible();
  await fitsAcross(page);
});

test('pictures are looked for with a thumb', async ({ page, server }) => {
  await fill(server, 12);
  await openGallery(page);
  const field = page.getByRole('searchbox', { name: 'Search pictures' });
  expect((await field.boundingBox())!.height).toBeGreaterThanOrEqual(FINGER_PX);
  await field.fill('old-0007');
  await expect(cells(page)).toHaveCount(1);
  await fitsAcross(page);
  await isLargeEnough(page, 'Clear the search', 'link');
  await page.getByRole('link', { name: 'Clear the search' }).tap();
  await expect(cells(page)).toHaveCount(12);

  await isLargeEnough(page, 'Filter');
  await page.getByRole('button', { name: 'Filter' }).tap();
  const value = page.locator('.side-value').filter({ hasText: 'PNG' });
  await expect(value).toContainText('12');
  // while the panel rises, a pixel is not quite one
  expect(Math.round((await value.boundingBox())!.height)).toBeGreaterThanOrEqual(FINGER_PX);
  await value.tap();
  await page.getByRole('button', { name: 'Close the filters' }).tap();
  await isLargeEnough(page, 'Without PNG', 'link');
  await fitsAcross(page);
});

test('an empty gallery fits as well', async ({ page, server }) => {
  await openGallery(page);
  await expect(page.locator('.empty-path')).toHaveText(server.pictures);
  await fitsAcross(page);
});

test('a picture fits, and a swipe goes to the next and back', async ({ page, server }) => {
  await fill(server, 5);
  const order = (await server.images()).map((image) => image.filename);
  await openGallery(page);
  await cells(page).first().tap();
  const name = page.locator('.viewer-name');
  await expect(name).toHaveText(order[0]);
  await fitsAcross(page);
  await isLargeEnough(page, 'Back to all pictures', 'link');

  await swipe(page, 320, 60);
  await expect(name).toHaveText(order[1]);
  await swipe(page, 60, 320);
  await expect(name).toHaveText(order[0]);
  // Chromium takes a tap right after so quick a swipe for the end of the swipe.
  await page.getByRole('link', { name: 'Back to all pictures' }).click();
  await expect(cells(page)).toHaveCount(5);
});

test('what arrives shows on the phone too', async ({ page, server }) => {
  await openGallery(page);
  await server.drop('arrived.png', png(1));
  await isShown(page, 'arrived.png');
});

test('who hears the page finds the way to the next picture', async ({ page, server }) => {
  await fill(server, 2);
  const [newest, older] = await server.images();
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  const next = page.getByRole('link', { name: 'Next picture' });
  await expect(next).toHaveCount(1);
  await next.evaluate((link: HTMLElement) => link.click());
  await expect(page.locator('.viewer-name')).toHaveText(older.filename);
});

test('a finger that moves an enlarged picture turns no page', async ({ page, server }) => {
  await fill(server, 3);
  const order = await server.images();
  await page.goto(`/pictures/${order[0].id}`);
  await isLive(page);
  const devtools = await page.context().newCDPSession(page);
  const enlarge = (pageScaleFactor: number) => devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor });
  const scale = () => page.evaluate(() => visualViewport!.scale);
  await enlarge(2);
  await expect.poll(scale).toBe(2);
  await swipe(page, 320, 60);
  await enlarge(1);
  await expect.poll(scale).toBe(1);
  await swipe(page, 320, 60);
  await expect(page.locator('.viewer-name')).toHaveText(order[1].filename);
});

test('a finger that rests on a picture selects it, and further taps select further ones', async ({ page, server }) => {
  await fill(server, 30);
  await openGallery(page);
  const box = await cells(page).nth(4).boundingBox();
  const touch = await page.context().newCDPSession(page);
  const at = { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
  await expect(cells(page).nth(4)).toHaveAttribute('data-chosen', '');
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await cells(page).nth(6).tap();
  await expect(page.locator('a.cell[data-chosen]')).toHaveCount(2);
  await expect(page).toHaveURL(/\/$/);
  await fitsAcross(page);
});
