//! Files that are not what they should be: said on the cell, explained on the page, healed when the good file returns.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cell, expect, fill, isShown, openGallery, png, test } from './scene';

test('a damaged file says so, says why, and heals when a whole one takes its place', async ({ page, server }) => {
  await openGallery(page);
  await server.drop('torn.png', png(1).subarray(0, 60));
  await expect(cell(page, 'torn.png').locator('.badge')).toContainText('Damaged');
  await cell(page, 'torn.png').click();
  await expect(page.getByRole('heading', { name: 'Damaged' })).toBeVisible();
  await expect(page.locator('.blank')).toContainText('The file ends early');
  await expect(page.locator('.blank')).toContainText('heals by itself');

  await server.drop('torn.png', png(1));
  await expect(page.locator('img.photo')).toBeVisible();
  await page.keyboard.press('Escape');
  await isShown(page, 'torn.png');
  await expect(cell(page, 'torn.png').locator('.badge')).toHaveCount(0);
});

test('a removed file keeps its place as missing and heals when it returns', async ({ page, server }) => {
  const old = await fill(server, 3);
  await openGallery(page);
  const before = (await server.images()).map((image) => image.id);
  await rm(join(server.pictures, old[1]));
  await expect(cell(page, old[1]).locator('.badge')).toContainText('Missing');
  await isShown(page, old[1]);

  await server.drop(old[1], png(10_001, 48, 32));
  await expect(cell(page, old[1]).locator('.badge')).toHaveCount(0);
  expect((await server.images()).map((image) => image.id)).toEqual(before);
});
