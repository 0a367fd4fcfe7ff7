//! Every screen, in both themes, as those who hear, tab or squint see it: axe-core finds nothing to complain of.

import { AxeBuilder } from '@axe-core/playwright';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cells, cutOut, expect, fill, isLive, openGallery, png, said, test, uploadSome, type Page, type Server } from './scene';

const places = (page: Page) => page.getByRole('navigation', { name: 'Places' });
const viewer = (page: Page) => page.locator('.viewer');

async function isClean(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // otherwise it opens a page of its own for what it found, and this one might lose the whole screen to it
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const told = violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(' ')}\n  ${node.failureSummary}`));
    expect(told, `${what}, ${colorScheme}`).toEqual([]);
  }
}

async function some(server: Server): Promise<void> {
  await fill(server, 20);
  await server.drop('torn.png', png(4).subarray(0, 90));
  await expect.poll(async () => (await server.images()).length).toBe(21);
}

async function openCell(page: Page, place: number): Promise<void> {
  await page.goto((await cells(page).nth(place).getAttribute('href'))!);
  await isLive(page);
}

async function openPicture(page: Page, id: string): Promise<void> {
  await page.goto(`/pictures/${id}`);
  await isLive(page);
}

test('the empty gallery, and uploads of every kind', async ({ page, expectNoise }) => {
  expectNoise(/status of 413/);
  await openGallery(page);
  await isClean(page, 'empty');
  await uploadSome(page);
  await isClean(page, 'uploads');
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
  await openCell(page, 1);
  await isClean(page, 'picture');
  await page.keyboard.press('?');
  await isClean(page, 'keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await isClean(page, 'crop');
  await page.goto('/?state=corrupted');
  await openCell(page, 0);
  await isClean(page, 'damaged');
});

test('a picture on the whole screen, and the slide show', async ({ page, server }) => {
  await some(server);
  await openGallery(page);
  await openCell(page, 1);
  await page.keyboard.press('f');
  await expect(viewer(page)).toHaveAttribute('data-full', '');
  // what has the keyboard does not fade
  await page.keyboard.press('Tab');
  await isClean(page, 'full screen');
  await page.keyboard.press('i');
  await isClean(page, 'full screen and its panel');
  await expect(viewer(page)).toHaveAttribute('data-full', '');
  await page.keyboard.press('Escape');
  await expect(viewer(page)).not.toHaveAttribute('data-full');
  await page.keyboard.press('Space');
  // 4, 8, 15: long enough that nothing turns meanwhile
  for (let press = 0; press < 2; press += 1) await page.getByRole('button', { name: /s for each picture/ }).click();
  await isClean(page, 'slide show');
  await expect(page.getByRole('button', { name: 'Pause the slide show' })).toBeVisible();
});

test('what is told of a picture, of a crop whose picture changed, and of one that is gone', async ({ page, server }) => {
  await server.drop('said.jpg', await said());
  await server.drop('pier.png', png(1, 48, 32));
  const states = async () => (await server.images()).map((image) => image.state);
  await expect.poll(states).toEqual(['ok', 'ok']);
  const images = await server.images();
  const [told, pier] = ['said.jpg', 'pier.png'].map((name) => images.find((image) => image.filename === name)!.id);
  await cutOut(server, told, 0.25, 0.25, 0.5, 0.5);
  const piece = await cutOut(server, pier, 0, 0, 0.5, 0.5);
  await openPicture(page, told);
  await expect(page.getByRole('heading', { name: '1 crop of this picture' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await isClean(page, 'all that is told');

  await server.drop('pier.png', png(2, 48, 32));
  await openPicture(page, piece);
  await expect(page.getByRole('button', { name: 'Crop again' })).toBeVisible();
  await isClean(page, 'piece');
  await expect.poll(states).toEqual(['ok', 'ok', 'ok', 'ok']);
  await rm(join(server.pictures, 'pier.png'));
  await openPicture(page, pier);
  await expect(page.locator('.state-note')).toContainText('Missing');
  await isClean(page, 'missing');
});

test('a comparison, and a view that is saved, changed and deleted', async ({ page, server }) => {
  test.slow();
  await some(server);
  const ids = (await server.images()).slice(0, 3).map((image) => image.id);
  await page.goto(`/compare?ids=${ids.join(',')}`);
  await isLive(page);
  await isClean(page, 'comparison');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await isClean(page, 'keys of a comparison');
  await page.goto('/?type=png');
  await isLive(page);
  await page.getByRole('button', { name: 'Save view' }).first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await isClean(page, 'saving a view');
  await dialog.getByLabel('Name').fill('Drawings');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(places(page)).toContainText('Drawings');

  await page.goto('/?q=old&sort=name');
  await isLive(page);
  await page.getByRole('button', { name: 'Edit the view “Drawings”' }).press('Enter');
  await expect(dialog).toContainText('Position 1 of 1');
  await isClean(page, 'changing a view');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(dialog).toContainText('Delete “Drawings”?');
  await isClean(page, 'deleting a view');
});

test('the folders and their dialogs', async ({ page, server }) => {
  await mkdir(join(server.pictures, 'deep'));
  await page.goto('/folders');
  await isLive(page);
  await page.getByRole('button', { name: 'History' }).first().click();
  await isClean(page, 'folders');
  await page.getByRole('button', { name: 'Add a folder' }).first().click();
  await isClean(page, 'adding a folder');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Edit' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await isClean(page, 'changing a folder');
});

test('a page that is not there, and comparisons of too few', async ({ page, expectNoise }) => {
  expectNoise(/404/);
  await page.goto('/nowhere');
  await isClean(page, 'not there');
  const unknown = '0190a5a0-0000-7000-8000-00000000000';
  for (const ids of ['', `${unknown}1`, `${unknown}1,${unknown}2`]) {
    await page.goto(`/compare?ids=${ids}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/too little to compare|are not here/);
    await isClean(page, `comparison of “${ids}”`);
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('the gallery, its drawer, its sheets and its selection', async ({ page, server }) => {
    // twelve times the whole of a page
    test.slow();
    await some(server);
    await openGallery(page);
    await isClean(page, 'gallery');
    await page.getByRole('button', { name: 'Places' }).tap();
    await expect(places(page)).toBeVisible();
    await isClean(page, 'drawer');
    await page.keyboard.press('Escape');
    await expect(places(page)).toBeHidden();
    const sheets = { Layout: '.look', Filter: '.side-value', Order: '.menu-line' };
    for (const [name, shown] of Object.entries(sheets)) {
      await page.getByRole('button', { name }).tap();
      await expect(page.locator(shown).first()).toBeVisible();
      await isClean(page, name);
      await page.keyboard.press('Escape');
      await expect(page.locator(shown).first()).toBeHidden();
    }
    await cells(page).nth(2).click({ modifiers: ['ControlOrMeta'] });
    await expect(page.getByRole('toolbar')).toContainText('1 selected');
    await isClean(page, 'selection');
  });

  test('a picture and its crop, a comparison and the folders', async ({ page, server }) => {
    test.slow();
    await some(server);
    await openGallery(page);
    await openCell(page, 1);
    await isClean(page, 'picture');
    await page.getByRole('button', { name: 'Crop', exact: true }).tap();
    await expect(page.locator('.crop-bar')).toBeVisible();
    await isClean(page, 'crop');
    const ids = (await server.images()).slice(0, 3).map((image) => image.id);
    await page.goto(`/compare?ids=${ids.join(',')}`);
    await isLive(page);
    await isClean(page, 'comparison');
    await page.goto('/folders');
    await isLive(page);
    await isClean(page, 'folders');
    await page.getByRole('button', { name: 'Add a folder' }).tap();
    await expect(page.getByRole('dialog')).toBeVisible();
    await isClean(page, 'adding a folder');
  });
});
