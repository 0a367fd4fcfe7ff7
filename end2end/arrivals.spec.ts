//! What arrives, by whatever door, shows in every open page by itself.

import { cells, expect, fill, isShown, names, openGallery, png, tagCells, taggedCells, test, upload, type Page } from './scene';

/** Counts what a reload would reset. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { marked: true }));
}

async function isStillTheSamePage(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'marked' in window)).toBe(true);
}

test('an upload and a copied file appear in both readers\' pages', async ({ page, reader, server }) => {
  await openGallery(page);
  const other = await reader();
  await Promise.all([mark(page), mark(other)]);

  await page.locator('header input[name=file]').setInputFiles(upload('uploaded.png', 1));
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  for (const each of [page, other]) await isShown(each, 'uploaded.png');

  await server.drop('copied.png', png(2));
  for (const each of [page, other]) {
    await isShown(each, 'copied.png');
    expect(await names(each)).toEqual(['copied.png', 'uploaded.png']);
    await expect(each.locator('.bar-count')).toHaveText('2 pictures');
    await isStillTheSamePage(each);
  }
});

test('fifty quick files: each once, newest first, and nothing that was there is drawn anew', async ({ page, reader, server }) => {
  const old = await fill(server, 12);
  await openGallery(page);
  const other = await reader();
  for (const each of [page, other]) expect(await tagCells(each)).toBe(old.length);

  const quick = Array.from({ length: 50 }, (_, number) => `quick-${number}.png`);
  await Promise.all(quick.map((name, number) => server.drop(name, png(number))));
  for (const each of [page, other]) {
    await expect(cells(each)).toHaveCount(62);
    expect(await names(each)).toEqual((await server.images()).map((image) => image.filename));
    expect((await names(each)).toSorted()).toEqual([...old, ...quick].toSorted());
    expect(await taggedCells(each)).toBe(old.length);
  }
});
