//! The page of one picture: how one gets there, on to its neighbours and back.

import type { Request } from '@playwright/test';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { awayAnswer, cell, cells, expect, fill, isLive, isLoaded, names, openGallery, png, tagCells, taggedCells, test, type Page } from './scene';

const photo = (page: Page) => page.locator('img.photo');

/** The picture of that name fills the stage. */
async function isOpen(page: Page, name: string): Promise<void> {
  await expect(page.locator('.viewer-name')).toHaveText(name);
  await expect(photo(page)).toHaveAttribute('alt', name);
  await isLoaded(photo(page));
}

test('a picture opens, its neighbours follow by key and button, and Escape returns to its place', async ({ page, server }) => {
  await fill(server, 41);
  await openGallery(page);
  const order = await names(page);
  await cells(page).nth(6).click();
  await isOpen(page, order[6]);
  await expect(page.locator('.viewer-place')).toHaveText('7 of 41');

  await page.keyboard.press('ArrowRight');
  await isOpen(page, order[7]);
  await expect(page.locator('.viewer-place')).toHaveText('8 of 41');
  await page.getByRole('link', { name: 'Next picture' }).click();
  await isOpen(page, order[8]);
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('link', { name: 'Previous picture' }).click();
  await isOpen(page, order[6]);

  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/');
  await expect(cell(page, order[6])).toBeFocused();
});

test('coming back from far down shows the same place', async ({ page, server }) => {
  await fill(server, 300);
  await openGallery(page);
  const scroller = page.locator('main.gallery');
  await scroller.evaluate((element) => element.scrollTo({ top: 2_000 }));
  const middle = () =>
    page.evaluate(() => {
      const hits = document.elementsFromPoint(innerWidth / 2, innerHeight / 2);
      return hits.find((hit) => hit.matches('a.cell'))?.textContent;
    });
  await expect.poll(middle).toBeTruthy();
  const [name, top] = [await middle(), await scroller.evaluate((element) => element.scrollTop)];
  await cell(page, name!).click();
  await isOpen(page, name!);
  await page.keyboard.press('Escape');
  await expect(cell(page, name!)).toBeFocused();
  await expect(cell(page, name!)).toBeInViewport();
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(top);
});

test('coming from a picture far down shows it at once, with one request', async ({ page, server }) => {
  await fill(server, 300);
  const far = (await server.images())[220];
  await page.goto(`/pictures/${far.id}`);
  await isLive(page);
  await expect(page.locator('a.frame[aria-current]')).toBeVisible();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.keyboard.press('Escape');
  await expect(cell(page, far.filename)).toBeFocused();
  await expect(cell(page, far.filename)).toBeInViewport();
  // the filmstrip may have asked for something just before
  expect(asked.slice(asked.indexOf('/api/gallery/open')).filter((path) => path.startsWith('/api/gallery'))).toEqual(['/api/gallery/open']);
});

test('Escape never leads out of the gallery', async ({ page, server }) => {
  await fill(server, 2);
  const [newest] = await server.images();
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  await page.keyboard.press('Escape');
  await expect(cells(page)).toHaveCount(2);
  await page.goBack();
  await isOpen(page, newest.filename);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/');
  await expect(cells(page)).toHaveCount(2);
});

test('a gallery that is left while it scrolls is left in silence', async ({ page, server }) => {
  const [name] = await fill(server, 1);
  await openGallery(page);
  await cells(page).first().evaluate((cell: HTMLElement) => {
    document.querySelector('main.gallery')!.dispatchEvent(new Event('scroll'));
    cell.click();
  });
  await isOpen(page, name);
});

test('an address leads straight to a picture, and on from it', async ({ page, server }) => {
  await fill(server, 3);
  const [newest, middle] = await server.images();
  await page.goto(`/pictures/${middle.id}`);
  await isLive(page);
  await isOpen(page, middle.filename);
  await expect(page).toHaveTitle(`${middle.filename} · PixelSync`);
  await expect(page.locator('.viewer-place')).toHaveText('2 of 3');
  await page.keyboard.press('ArrowLeft');
  await isOpen(page, newest.filename);
  await expect(page).toHaveURL(`/pictures/${newest.id}`);
  await expect(page.getByRole('link', { name: 'Previous picture' })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(cells(page)).toHaveCount(3);
});

test('an address that leads nowhere says so', async ({ page, server, expectNoise }) => {
  // Chromium reports the page's own status.
  expectNoise(/status of 404/);
  for (const path of ['/pictures/0190a5a0-0000-7000-8000-000000000001', '/pictures/nonsense', '/nowhere']) {
    const answer = await page.goto(path);
    expect(answer!.status()).toBe(404);
    await expect(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible();
  }
  await page.getByRole('link', { name: 'All pictures', exact: true }).click();
  await expect(page.locator('.empty-path')).toHaveText(server.pictures);
});

test('a file that is renamed on the disk is renamed on the open page', async ({ page, server }) => {
  await server.drop('before.png', png(1));
  await expect.poll(async () => (await server.images()).length).toBe(1);
  const [image] = await server.images();
  await page.goto(`/pictures/${image.id}`);
  await isLive(page);
  await rename(join(server.pictures, 'before.png'), join(server.pictures, 'after.png'));
  await isOpen(page, 'after.png');
  await expect(page.locator('[data-fact=Path]')).toHaveText('after.png');
  expect((await server.images())[0].id).toBe(image.id);
});

test('a picture is saved under its own name, by a key, a button and a link', async ({ page, server }) => {
  await server.drop('low tide, größer.png', png(1));
  await openGallery(page);
  await cell(page, 'low tide, größer.png').click();
  await expect(page.locator('.viewer-name')).toHaveText('low tide, größer.png');
  const button = page.locator('.viewer-head').getByRole('link', { name: 'Download' });
  const ways = [() => page.keyboard.press('d'), () => button.click(), () => page.locator('.facts').getByRole('link', { name: 'Download' }).click()];
  await expect(page.locator('.facts')).toBeVisible();
  for (const press of ways) {
    const [download] = await Promise.all([page.waitForEvent('download'), press()]);
    expect(download.suggestedFilename()).toBe('low tide, größer.png');
    expect(await readFile(await download.path())).toEqual(png(1));
  }
});

test('who looks at a picture sees it change and its place move', async ({ page, server }) => {
  await fill(server, 2);
  const [, older] = await server.images();
  await page.goto(`/pictures/${older.id}`);
  await isLive(page);
  await isOpen(page, older.filename);
  const shown = await photo(page).getAttribute('src');
  await server.drop('newer.png', png(1));
  await expect(page.locator('.viewer-place')).toHaveText('3 of 3');
  await server.drop(older.filename, png(2));
  await expect(photo(page)).not.toHaveAttribute('src', shown!);
  await isOpen(page, older.filename);
});

test('a picture that cannot be had says so, leaves ways on, and comes by itself', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 503/);
  await fill(server, 2);
  const [first, second] = await server.images();
  await page.goto(`/compare?ids=${first.id},${second.id}`);
  await isLive(page);
  let asked = 0;
  await page.route('**/api/pictures/show', (route) => {
    asked += 1;
    return route.fulfill(awayAnswer('/api/pictures/show'));
  });
  const open = () => page.locator('.seat-name a').first().click();
  await open();
  await expect(page.getByRole('heading', { name: 'The picture cannot be shown' })).toBeVisible();
  await expect(page).toHaveTitle('Not shown · PixelSync');
  await isLive(page);
  await page.getByRole('link', { name: 'PixelSync, all pictures' }).click();
  await expect(cells(page)).toHaveCount(2);

  await page.goto(`/compare?ids=${first.id},${second.id}`);
  await isLive(page);
  await open();
  // What is tried again by itself takes the focus from nobody.
  const again = page.getByRole('button', { name: 'Try again' });
  await again.focus();
  const before = asked;
  await expect.poll(() => asked).toBeGreaterThan(before + 1);
  await expect(again).toBeFocused();
  await page.unroute('**/api/pictures/show');
  await isOpen(page, first.filename);
});

test('a picture of the gallery is seen at once, and told of when that can be had', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 503/);
  await fill(server, 6);
  await openGallery(page);
  const order = await names(page);
  await page.route('**/api/pictures/show', (route) => route.fulfill(awayAnswer('/api/pictures/show')));
  let deliver = () => {};
  const delivered = new Promise<void>((done) => (deliver = done));
  await page.route('**/images/*/preview*', async (route) => {
    await delivered;
    await route.continue();
  });
  const standIn = page.locator('.stage .stand-in');
  await cells(page).nth(1).click();
  for (const name of [order[1], order[2], order[3]]) {
    await expect(page.locator('.viewer-name')).toHaveText(name);
    await expect(photo(page)).toHaveAttribute('alt', name);
    await isLoaded(standIn);
    await page.keyboard.press('ArrowRight');
  }
  await expect(page.locator('.viewer-place')).toHaveText('5 of 6');
  await expect(page.locator('.stage .banner')).toBeVisible();
  deliver();
  await isOpen(page, order[4]);
  await expect(standIn).toHaveCount(0);
  await page.unroute('**/api/pictures/show');
  await expect(page.locator('.stage .banner')).toHaveCount(0);
});

test('a preview that does not come hides neither the next one nor itself for good', async ({ page, server, expectNoise }) => {
  expectNoise(/net::ERR_FAILED/);
  await fill(server, 3);
  await openGallery(page);
  const [, second, third] = await names(page);
  const { id } = (await server.images()).find((image) => image.filename === second)!;
  await page.route(`**/images/${id}/preview*`, (route) => route.abort());
  await cells(page).nth(1).click();
  await expect(page.locator('.viewer-name')).toHaveText(second);
  await expect(photo(page)).toBeHidden();
  await page.keyboard.press('ArrowRight');
  await isOpen(page, third);
  await expect(photo(page)).toBeVisible();
  await page.unroute(`**/images/${id}/preview*`);
  await page.keyboard.press('ArrowLeft');
  await isOpen(page, second);
  await expect(photo(page)).toBeVisible();
});

test('a gallery that was tried again by hand is not read once more behind the reader\'s back', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 503/);
  await fill(server, 2);
  const [newest] = await server.images();
  await page.clock.install();
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  let asked = 0;
  await page.route('**/api/gallery/open', (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill(awayAnswer('/api/gallery/open')) : route.continue();
  });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(cells(page)).toHaveCount(2);
  await tagCells(page);
  await page.clock.runFor(10_000);
  expect([asked, await taggedCells(page)]).toEqual([2, 2]);
});

test('a page turn that fails is made when it can be', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 50[03]/);
  await fill(server, 3);
  const [newest, middle, oldest] = await server.images();
  const failures = [awayAnswer('/api/pictures/show')];
  let refuse = true;
  await page.route('**/api/pictures/show', (route) => (refuse ? route.fulfill(failures[0]) : route.continue()));
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('alert')).toHaveText('The database is away. It is tried again by itself.');
  refuse = false;
  await isOpen(page, middle.filename);
  await expect(page.getByRole('alert')).toBeHidden();

  // What is not tried again by itself is tried by the same key.
  failures[0] = { ...failures[0], status: 500, body: JSON.stringify('Broken') };
  refuse = true;
  await page.reload();
  await isLive(page);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('alert')).toContainText('Something went wrong on the server');
  refuse = false;
  await page.keyboard.press('ArrowRight');
  await isOpen(page, oldest.filename);
});

test('a page turn that gets no answer is tried again', async ({ page, server }) => {
  await fill(server, 2);
  const [newest, older] = await server.images();
  await page.clock.install();
  let silent = true;
  await page.route('**/api/pictures/show', (route) => (silent ? undefined : route.continue()));
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(`/pictures/${older.id}`);
  await page.clock.fastForward(20_000);
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached');
  silent = false;
  await isOpen(page, older.filename);
});

test('a neighbour that changes while it is fetched is shown as it is now', async ({ page, server }) => {
  await fill(server, 2);
  const [newest, older] = await server.images();
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  let late: Request | undefined;
  await page.route('**/api/pictures/show', async (route) => {
    const answer = await route.fetch();
    if (!late && route.request().postData()!.includes(older.id)) {
      late = route.request();
      await released;
    }
    await route.fulfill({ response: answer });
  });
  await page.goto(`/pictures/${newest.id}`);
  await isLive(page);
  await expect.poll(() => late).toBeDefined();
  await server.drop(older.filename, png(1));
  const isOther = async () => (await server.images()).find((image) => image.id === older.id)!.checksum !== older.checksum;
  await expect.poll(isOther).toBe(true);
  // What comes after the change in the feed shows that the page has heard both.
  await server.drop('later.png', png(2));
  await expect(page.locator('.viewer-place')).toHaveText('2 of 3');
  release();
  await (await late!.response())!.finished();
  // The page has had its turn with the late answer when it draws the next frame but one.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.keyboard.press('ArrowRight');
  const now = (await server.images()).find((image) => image.id === older.id)!;
  await expect(photo(page)).toHaveAttribute('src', new RegExp(`v=${now.checksum.slice(0, 16)}`));
  await isOpen(page, older.filename);
});
