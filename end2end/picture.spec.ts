//! The page of one picture: how one gets there, on to its neighbours and back.

import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cell, cells, expect, fill, isLive, isLoaded, names, openGallery, png, test, type Page } from './scene';

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
