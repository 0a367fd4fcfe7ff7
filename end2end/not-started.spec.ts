//! A browser that runs scripts and does not get the page's program: forbidden, blocked or broken on the way.

import { cells, expect, fill, isLive, names, test, upload } from './scene';

test.beforeEach(async ({ page, expectNoise }) => {
  expectNoise(/net::ERR_FAILED/, /Failed to fetch/, /preloaded using link preload but not used/);
  await page.route('**/pkg/*.wasm*', (route) => route.abort());
});

test('pictures, paging and uploads work, and the page says what does not', async ({ page, server }) => {
  await fill(server, 130);
  const all = (await server.images()).map((image) => image.filename);
  await page.goto('/');
  await expect(page.getByText('This page could not start')).toBeVisible();
  await expect(page.locator('.live')).toBeHidden();
  await page.getByRole('link', { name: 'Older', exact: true }).click();
  expect(await names(page)).toEqual(all.slice(120));
  await page.getByRole('link', { name: 'Newer' }).click();
  await cells(page).nth(1).click();
  await expect(page.locator('.viewer-name')).toHaveText(all[1]);
  await page.getByRole('link', { name: 'Back to all pictures' }).click();

  await page.locator('header input[name=file]').setInputFiles(upload('sent.png', 1));
  await page.locator('header').getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('.bar-count')).toHaveText('131 pictures');
  expect((await names(page))[0]).toBe('sent.png');
});

test('the page that starts after all has none of that', async ({ page, server }) => {
  await fill(server, 130);
  await page.goto('/');
  await expect(page.getByText('This page could not start')).toBeVisible();
  await page.unroute('**/pkg/*.wasm*');
  await page.reload();
  await isLive(page);
  await expect(page.getByText('This page could not start')).toBeHidden();
  await expect(page.getByRole('link', { name: 'Older', exact: true })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Send' })).toBeHidden();
});
