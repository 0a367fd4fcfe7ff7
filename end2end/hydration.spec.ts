//! The page that the server drew is taken over by the browser without a word.

import { cells, expect, fill, holdProgram, isLive, openGallery, tagCells, taggedCells, test } from './scene';

test('a full gallery hydrates in silence and keeps its elements', async ({ page, server, isMobile }) => {
  await fill(server, 120);
  const release = await holdProgram(page);
  await page.goto('/');
  // a phone shows no more at once, and has less to do before it is awake
  const first = isMobile ? 48 : 120;
  expect(await tagCells(page)).toBe(first);
  release();
  await isLive(page);
  expect(await taggedCells(page)).toBe(first);
  await expect(cells(page)).toHaveCount(120);
  await page.unroute('**/pkg/*.wasm*');

  await page.reload();
  await isLive(page);
  await expect(cells(page)).toHaveCount(120);
});

test('a view of some hydrates in silence and keeps its elements', async ({ page, server }) => {
  await fill(server, 12);
  await expect.poll(async () => (await (await fetch(`${server.address}/api/v1/images?q=old`)).json()).total).toBe(12);
  const release = await holdProgram(page);
  await page.goto('/?q=old&type=png&sort=name-reversed');
  expect(await tagCells(page)).toBe(12);
  release();
  await isLive(page);
  expect(await taggedCells(page)).toBe(12);
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

test('the browser\'s frame takes the colour of the theme that was chosen', async ({ page, server }) => {
  await fill(server, 1);
  const asked = () => page.locator('meta[name="theme-color"]').evaluateAll((all) => all.map((meta) => (meta as HTMLMetaElement).media));
  await openGallery(page);
  expect(await asked()).toEqual(['(prefers-color-scheme: dark)', '(prefers-color-scheme: light)']);
  const theme = page.getByRole('button', { name: 'Theme' });
  await theme.click();
  await theme.click();
  expect(await asked()).toEqual(['not all', 'all']);
  await page.reload();
  expect(await asked()).toEqual(['not all', 'all']);
  await isLive(page);
  await theme.click();
  expect(await asked()).toEqual(['(prefers-color-scheme: dark)', '(prefers-color-scheme: light)']);
});
