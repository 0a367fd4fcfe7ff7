//! The first minute: nothing is there yet, and the page says how to change that.

import { cells, expect, isLive, isShown, openGallery, png, test } from './scene';

test('an empty gallery names the folder to drop pictures into', async ({ page, server }) => {
  await openGallery(page);
  await expect(page.getByRole('heading', { name: 'No pictures yet' })).toBeVisible();
  await expect(page.locator('.empty-path')).toHaveText(server.pictures);
  await server.drop('first.png', png(1));
  await isShown(page, 'first.png');
  await expect(page.getByRole('heading', { name: 'No pictures yet' })).toBeHidden();
});

test('light and dark follow the system until the reader chooses', async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await openGallery(page);
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  expect(light).not.toBe(dark);

  await page.getByRole('button', { name: 'Theme: as the system has it' }).click();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  expect(await ground()).toBe(dark);
  await page.reload();
  await isLive(page);
  expect(await ground()).toBe(dark);
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();

  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  expect(await ground()).toBe(light);
});

test('a choice that the browser may not remember lasts as long as the page', async ({ page, server }) => {
  await server.drop('first.png', png(1));
  await page.addInitScript(() => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: denied });
  });
  await openGallery(page);
  await page.getByRole('button', { name: 'Theme: as the system has it' }).click();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  await cells(page).first().click();
  await expect(page.locator('.viewer')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
});
