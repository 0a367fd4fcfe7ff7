//! A browser that runs no scripts still gets pictures, pages and uploads.

import { cells, expect, fill, names, test, upload } from './scene';

test.use({ javaScriptEnabled: false });

// What would be fetched for scripts alone is what Chromium refuses to fetch here.
test.beforeEach(({ expectNoise }) => expectNoise(/request: csp/, /preloaded using link preload but not used/));

test('pictures, links and paging work', async ({ page, server }) => {
  await fill(server, 130);
  const all = (await server.images()).map((image) => image.filename);
  await page.goto('/');
  expect(await names(page)).toEqual(all.slice(0, 120));
  await page.getByRole('link', { name: 'Older', exact: true }).click();
  expect(await names(page)).toEqual(all.slice(120));
  await page.getByRole('link', { name: 'Newer' }).click();
  expect(await names(page)).toEqual(all.slice(0, 120));

  await cells(page).nth(1).click();
  await expect(page.locator('.viewer-name')).toHaveText(all[1]);
  await page.getByRole('link', { name: 'Next picture' }).click();
  await expect(page.locator('.viewer-name')).toHaveText(all[2]);
  await page.getByRole('link', { name: 'Back to all pictures' }).click();
  await expect(cells(page)).toHaveCount(120);
});

test('the form uploads, and the page that follows counts what was sent', async ({ page }) => {
  await page.goto('/');
  await page.locator('header input[name=file]').setInputFiles([upload('one.png', 1), upload('two.png', 2)]);
  await page.locator('header').getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('.bar-count')).toHaveText('2 pictures');
  await expect(page).toHaveURL('/');
  await expect(cells(page)).toHaveCount(2);
  expect((await names(page)).toSorted()).toEqual(['one.png', 'two.png']);
});
