//! Every screen, in both themes, as those who hear, tab or squint see it: axe-core finds nothing to complain of.

import { AxeBuilder } from '@axe-core/playwright';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cells, expect, fill, isLive, openGallery, png, test, type Page, type Server } from './scene';

async function isClean(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(' ')}\n  ${node.failureSummary}`));
    expect(told, `${what}, ${colorScheme}`).toEqual([]);
  }
}

async function some(server: Server): Promise<void> {
  await fill(server, 20);
  await server.drop('torn.png', png(4).subarray(0, 90));
  await expect.poll(async () => (await server.images()).length).toBe(21);
}

test('the empty gallery', async ({ page }) => {
  await openGallery(page);
  await isClean(page, 'empty');
});

test('the gallery, its panel, its menus and its selection', async ({ page, server }) => {
  // twelve times the whole of a page
  test.slow();
  await some(server);
  await openGallery(page);
  await isClean(page, 'gallery');
  await page.getByRole('button', { name: 'Rows' }).click();
  await cells(page).nth(2).hover();
  await cells(page).nth(2).locator('.cell-check').click();
  await isClean(page, 'rows and a selection');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filter' }).click();
  await isClean(page, 'filters');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Order/ }).click();
  await isClean(page, 'orders');
  await page.goto('/?type=png&state=corrupted');
  await isLive(page);
  await isClean(page, 'found');
  await page.goto('/?q=nothing-of-the-kind');
  await isLive(page);
  await isClean(page, 'nothing found');
});

test('a picture, its keys and its crop', async ({ page, server }) => {
  await some(server);
  await openGallery(page);
  await page.goto(await cells(page).nth(1).getAttribute('href').then((href) => href!));
  await isLive(page);
  await isClean(page, 'picture');
  await page.keyboard.press('?');
  await isClean(page, 'keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await isClean(page, 'crop');
  await page.goto('/?state=corrupted');
  await page.goto(await cells(page).first().getAttribute('href').then((href) => href!));
  await isLive(page);
  await isClean(page, 'damaged');
});

test('a comparison, and a view that is saved', async ({ page, server }) => {
  await some(server);
  const ids = (await server.images()).slice(0, 3).map((image) => image.id);
  await page.goto(`/compare?ids=${ids.join(',')}`);
  await isLive(page);
  await isClean(page, 'comparison');
  await page.goto('/?type=png');
  await isLive(page);
  await page.getByRole('button', { name: 'Save view' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await isClean(page, 'saving a view');
});

test('the folders and their dialogs', async ({ page, server }) => {
  await mkdir(join(server.pictures, 'deep'));
  await page.goto('/folders');
  await isLive(page);
  await page.getByRole('button', { name: 'History' }).first().click();
  await isClean(page, 'folders');
  await page.getByRole('button', { name: 'Add a folder' }).first().click();
  await isClean(page, 'adding a folder');
});

test('a page that is not there', async ({ page, expectNoise }) => {
  expectNoise(/404/);
  await page.goto('/nowhere');
  await isClean(page, 'not there');
});
