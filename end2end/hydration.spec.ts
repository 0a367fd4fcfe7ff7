//! The page that the server drew is taken over by the browser without a word.

import { cells, expect, fill, isLive, openGallery, tagCells, taggedCells, test, type Page } from './scene';

/** Marks every element before any script of the page has run, by stopping the page's program on its way. */
async function holdScripts(page: Page): Promise<() => Promise<void>> {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/pkg/*.wasm*', async (route) => {
    await held;
    await route.continue();
  });
  return async () => release();
}

test('a full gallery hydrates in silence and keeps its elements', async ({ page, server }) => {
  await fill(server, 120);
  const release = await holdScripts(page);
  await page.goto('/');
  expect(await tagCells(page)).toBe(120);
  await release();
  await isLive(page);
  expect(await taggedCells(page)).toBe(120);
  await page.unroute('**/pkg/*.wasm*');

  await page.reload();
  await isLive(page);
  await expect(cells(page)).toHaveCount(120);
});

test('a picture\'s page hydrates in silence', async ({ page, server }) => {
  await fill(server, 3);
  for (const { id, filename } of await server.images()) {
    await page.goto(`/pictures/${id}`);
    await isLive(page);
    await expect(page.locator('.viewer-name')).toHaveText(filename);
  }
  await openGallery(page);
});
