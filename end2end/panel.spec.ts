//! What is told beside a picture, the whole screen for it, and the slide show.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cells, expect, fill, isLive, isLoaded, openGallery, png, said, test, type Page, type Server } from './scene';

const panel = (page: Page) => page.getByRole('complementary', { name: 'Info' });
const fact = (page: Page, name: string) => panel(page).locator(`[data-fact="${name}"]`);
const name = (page: Page) => page.locator('.viewer-name');
const told = (page: Page) => page.locator('.past-list li');
const viewer = (page: Page) => page.locator('.viewer');
const play = (page: Page) => page.getByRole('button', { name: 'Slide show', exact: true });
const pause = (page: Page) => page.getByRole('button', { name: 'Pause the slide show' });

/** Nothing beside the picture is wider than the window. */
async function fitsAcross(page: Page): Promise<void> {
  expect(await viewer(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
}

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`/pictures/${id}`);
  await isLive(page);
}

async function openSaid(page: Page, server: Server): Promise<string> {
  await server.drop('said.jpg', await said());
  await expect.poll(async () => (await server.images())[0]?.state).toBe('ok');
  const [image] = await server.images();
  await open(page, image.id);
  return image.checksum;
}

test('the panel tells what people and the camera wrote, and where it was', async ({ page, server, context }) => {
  const checksum = await openSaid(page, server);
  await expect(panel(page).getByRole('heading', { name: 'Harbour at dusk' })).toBeVisible();
  await expect(panel(page)).toContainText('The last ferry & its wake');
  await expect(panel(page).getByRole('img', { name: '4 of 5 stars' })).toBeVisible();
  await expect(fact(page, 'Label')).toContainText('Red');
  await expect(panel(page).getByRole('list', { name: 'Tags' }).getByRole('listitem')).toHaveText(['sea', 'évening']);
  await expect(fact(page, 'Type')).toHaveText('JPEG');
  await expect(fact(page, 'Depth')).toHaveText('8 bits a channel');
  await expect(fact(page, 'Camera')).toHaveText('NIKON D850');
  await expect(fact(page, 'Exposure')).toHaveText('1/250 s, f/2.8, ISO 200');
  await expect(fact(page, 'Focal length')).toHaveText('35 mm');
  await expect(fact(page, 'Taken')).toHaveText('17 November 2026, 16:42');
  await expect(fact(page, 'Coordinates')).toHaveText(/^53°\s32′\s4\d\.\d″\sN, 9°\s57′\s5\d\.\d″\sW$/);
  const map = panel(page).getByRole('link', { name: 'Open in OpenStreetMap' });
  await expect(map).toHaveAttribute('href', /^https:\/\/www\.openstreetmap\.org\/\?mlat=53\.546\d+&mlon=-9\.966\d+#map=15\//);
  await expect(map).toHaveAttribute('target', '_blank');
  await expect(map).toHaveAttribute('rel', /noopener/);
  await expect(panel(page).getByRole('img', { name: /^Histogram\. Brightness \d+ % on average/ })).toBeVisible();

  await expect(fact(page, 'SHA-256')).toHaveText(checksum);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy the SHA-256' }).click();
  await expect(page.getByText('The SHA-256 is copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(checksum);
});

test('what nobody knows is not mentioned', async ({ page, server }) => {
  await fill(server, 1);
  const [image] = await server.images();
  await open(page, image.id);
  await expect(fact(page, 'Path')).toHaveText(image.filename);
  for (const heading of ['Camera', 'Location']) {
    await expect(panel(page).getByRole('heading', { name: heading })).toHaveCount(0);
  }
  await expect(panel(page).getByRole('img', { name: /stars/ })).toHaveCount(0);
});

test('a histogram says what it shows, and each picture has its own', async ({ page, server }) => {
  await fill(server, 2);
  const [newest] = await server.images();
  await open(page, newest.id);
  const histogram = panel(page).getByRole('img', { name: /^Histogram/ });
  const first = await histogram.getAttribute('aria-label');
  await page.keyboard.press('ArrowRight');
  await expect(histogram).not.toHaveAttribute('aria-label', first!);
  await expect(histogram.locator('path')).toHaveCount(4);
});

test('the history of the file is told, and goes on while one looks', async ({ page, server }) => {
  await fill(server, 2);
  const [newest, older] = await server.images();
  await open(page, newest.id);
  await expect(told(page)).toHaveCount(1);
  await expect(told(page).first()).toContainText('Found in its folder');
  await expect(told(page).first()).toContainText(newest.checksum.slice(0, 8));

  await server.drop(newest.filename, png(1));
  await expect(told(page)).toHaveCount(2);
  const after = (await server.images()).find((image) => image.id === newest.id)!;
  await expect(told(page).first()).toContainText('Overwritten');
  const hashes = told(page).first().locator('code');
  await expect(hashes).toHaveText([newest.checksum.slice(0, 8), after.checksum.slice(0, 8)]);
  await expect(hashes.first()).toHaveAttribute('title', newest.checksum);

  for (const number of [2, 3]) {
    await server.drop(newest.filename, png(number));
    await expect(told(page)).toHaveCount(number + 1);
  }
  await expect(told(page).filter({ visible: true })).toHaveCount(3);
  await page.getByText('Show all 4').click();
  await expect(told(page).filter({ visible: true })).toHaveCount(4);
  await expect(told(page).last()).toContainText('Found in its folder');

  await page.keyboard.press('ArrowRight');
  await expect(name(page)).toHaveText(older.filename);
  await expect(told(page)).toHaveCount(1);
  await expect(told(page).first()).toContainText(older.checksum.slice(0, 8));
});

test('I hides the panel and shows it, a reload keeps it as it was, and hidden it reads nothing', async ({ page, server }) => {
  await fill(server, 2);
  const [newest] = await server.images();
  await open(page, newest.id);
  await expect(told(page)).toHaveCount(1);
  const info = page.getByRole('button', { name: 'Info' });
  await expect(info).toHaveAttribute('aria-expanded', 'true');
  const wide = (await page.locator('.stage').boundingBox())!.width;
  await page.keyboard.press('i');
  await expect(panel(page)).toBeHidden();
  await expect(info).toHaveAttribute('aria-expanded', 'false');
  expect((await page.locator('.stage').boundingBox())!.width).toBeGreaterThan(wide);

  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await isLive(page);
  await expect(panel(page)).toBeHidden();
  await page.keyboard.press('ArrowRight');
  await expect(name(page)).not.toHaveText(newest.filename);
  await isLoaded(page.locator('img.photo'));
  expect(asked).not.toContain('/api/pictures/past');

  await info.click();
  await expect(panel(page)).toBeVisible();
  await expect(told(page)).toHaveCount(1);
  await page.reload();
  await isLive(page);
  await expect(panel(page)).toBeVisible();
});

test('an arrival takes the keyboard from nothing in the panel', async ({ page, server }) => {
  await fill(server, 1);
  const [image] = await server.images();
  await open(page, image.id);
  const copy = page.getByRole('button', { name: 'Copy the SHA-256' });
  await copy.focus();
  await server.drop('later.png', png(1));
  await expect(page.locator('.viewer-place')).toHaveText('2 of 2');
  await expect(copy).toBeFocused();
});

test('the list of keys opens by ? and by its button, and Escape closes it alone', async ({ page, server }) => {
  await fill(server, 2);
  const [newest] = await server.images();
  await open(page, newest.id);
  const list = page.getByRole('dialog', { name: 'Keys' });
  await page.keyboard.press('?');
  await expect(list).toBeVisible();
  for (const key of ['←', '→', 'Esc', '+', '−', '0', '1', 'Z', 'I', 'F', 'Space', 'C', '?']) {
    await expect(list.locator('kbd').getByText(key, { exact: true })).toBeVisible();
  }
  // what lies behind it hears no key
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(page).toHaveURL(`/pictures/${newest.id}`);
  await expect(name(page)).toHaveText(newest.filename);

  const button = page.getByRole('button', { name: 'Keys' });
  await button.click();
  await expect(list).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(list).toBeHidden();
  await expect(button).toBeFocused();
});

test('F fills the screen, what lies over the picture fades, and Escape leaves one thing after the other', async ({ page, server }) => {
  await fill(server, 2);
  await openGallery(page);
  await cells(page).first().click();
  await isLoaded(page.locator('img.photo'));
  await page.keyboard.press('f');
  await expect(viewer(page)).toHaveAttribute('data-full', '');
  await expect(panel(page)).toBeHidden();
  const fills = () =>
    page.locator('.stage').evaluate((stage) => {
      const { left, top, width, height } = stage.getBoundingClientRect();
      return left === 0 && top === 0 && width === innerWidth && height === innerHeight;
    });
  await expect.poll(fills).toBe(true);

  const head = page.locator('.viewer-head');
  await expect(head).toHaveCSS('opacity', '0');
  await page.mouse.move(300, 300);
  await page.mouse.move(310, 300);
  await expect(head).toHaveCSS('opacity', '1');
  await expect(head).toHaveCSS('opacity', '0');
  await page.keyboard.press('Tab');
  await expect(head).toHaveCSS('opacity', '1');

  await page.keyboard.press('i');
  await expect(panel(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(viewer(page)).not.toHaveAttribute('data-full');
  await expect(page).toHaveURL(/pictures/);
  await page.keyboard.press('Escape');
  await expect(cells(page)).toHaveCount(2);
});

test('the slide show goes on by itself, and ends with a word', async ({ page, server }) => {
  await fill(server, 3);
  const [newest, middle, oldest] = await server.images();
  await open(page, newest.id);
  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await expect(page.getByRole('status').getByText('Slide show running')).toBeAttached();
  // 4, 8, 15, 2
  for (let press = 0; press < 3; press += 1) await page.getByRole('button', { name: /s for each picture/ }).click();
  await expect(page.getByRole('button', { name: '2 s for each picture' })).toBeVisible();
  await page.waitForSelector('img.fading', { state: 'attached' });
  await expect(name(page)).toHaveText(middle.filename);
  await expect(name(page)).toHaveText(oldest.filename);
  await expect(page.getByText('The slide show is over: this is the last picture.')).toBeVisible();
  await expect(play(page)).toBeVisible();
  await expect(page).toHaveURL(`/pictures/${oldest.id}`);

  await page.goto(`/pictures/${middle.id}`);
  await isLive(page);
  await play(page).click();
  await expect(page.getByRole('button', { name: '2 s for each picture' })).toBeVisible();
  await pause(page).click();
  await expect(page.getByRole('status').getByText('Slide show paused')).toBeAttached();
});

test('the slide show stops for whoever takes it into their own hands', async ({ page, server }) => {
  await fill(server, 4);
  const [newest, , third] = await server.images();
  await open(page, newest.id);
  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(play(page)).toBeVisible();

  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(name(page)).toHaveText(third.filename);
  await expect(play(page)).toBeVisible();

  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await page.keyboard.press('Space');
  await expect(play(page)).toBeVisible();

  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await page.keyboard.press('+');
  await expect(play(page)).toBeVisible();
  await expect(name(page)).toHaveText(third.filename);
});

test('the slide show waits for the next picture, and nothing fades where nothing may move', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await fill(server, 1);
  await writeFile(join(server.pictures, 'next.png'), png(9, 640, 480));
  await expect.poll(async () => (await server.images())[0].state).toBe('ok');
  // newer than that is the one that is looked at
  await server.drop('looked-at.png', png(10, 640, 480));
  await expect.poll(async () => (await server.images()).map((image) => image.state)).toEqual(['ok', 'ok', 'ok']);
  const [looked, next] = await server.images();
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(`**/images/${next.id}/preview*`, async (route) => {
    await released;
    await route.continue();
  });
  await page.clock.install();
  await open(page, looked.id);
  await page.evaluate(() => {
    const seen = { fading: false };
    new MutationObserver(() => (seen.fading ||= !!document.querySelector('.fading'))).observe(document.body, { childList: true, subtree: true });
    Object.assign(window, { seen });
  });
  await page.keyboard.press('Space');
  await expect(pause(page)).toBeVisible();
  await page.clock.runFor(10_000);
  await expect(name(page)).toHaveText(looked.filename);
  release();
  await expect(name(page)).toHaveText(next.filename);
  expect(await page.evaluate(() => (window as unknown as { seen: { fading: boolean } }).seen.fading)).toBe(false);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('the panel lies below the picture, and its buttons are large enough', async ({ page, server }) => {
    await openSaid(page, server);
    await fitsAcross(page);
    const stage = (await page.locator('.stage').boundingBox())!;
    expect((await panel(page).boundingBox())!.y).toBeGreaterThanOrEqual(stage.y + stage.height);
    for (const button of ['Slide show', 'Info', 'Copy the SHA-256']) {
      const box = (await page.getByRole('button', { name: button, exact: true }).boundingBox())!;
      expect(Math.min(box.width, box.height), button).toBeGreaterThanOrEqual(44);
    }
    await page.getByRole('button', { name: 'Info' }).tap();
    await expect(panel(page)).toBeHidden();
    await fitsAcross(page);
    expect((await page.locator('.stage').boundingBox())!.height).toBeGreaterThan(stage.height);
  });
});
