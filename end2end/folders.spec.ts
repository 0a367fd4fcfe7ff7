//! Folders beside the managed one: added by the page, followed live, paused, looked at by hand, removed and brought back.

import { chmod, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, cell, cells, expect, isLive, isLoaded, isShown, openGallery, png, type Page } from './scene';
import { Server } from './server';

interface Disk {
  /** The one folder that folders may be added below. */
  root: string;
}

const test = base.extend<Disk>({
  root: async ({}, use) => {
    const root = await mkdtemp(join(tmpdir(), 'pixelsync-root-'));
    await chmod(root, 0o755);
    await use(root);
    await rm(root, { recursive: true, force: true });
  },
  server: async ({ root }, use, info) => {
    const server = await Server.start(root);
    await use(server);
    await server.remove();
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log, contentType: 'text/plain' });
  },
});

/** A folder with that many pictures. */
async function folderOf(root: string, name: string, count: number): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  for (let number = 0; number < count; number += 1) {
    await writeFile(join(path, `${name}-${number}.png`), png(500 + number, 48, 32));
  }
  return path;
}

function card(page: Page, name: string) {
  return page.getByRole('article', { name, exact: true });
}

function dialog(page: Page) {
  return page.getByRole('dialog');
}

async function openFolders(page: Page): Promise<void> {
  await page.goto('/folders');
  await isLive(page);
}

async function add(page: Page, path: string, name = ''): Promise<void> {
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await dialog(page).getByLabel('Path on the server').fill(path);
  await dialog(page).getByLabel('Name').fill(name);
  await dialog(page).getByRole('button', { name: 'Add' }).click();
}

async function remove(page: Page, name: string, what: 'Keep' | 'Forget'): Promise<void> {
  await card(page, name).getByRole('button', { name: 'Remove' }).click();
  await expect(dialog(page)).toContainText('Files on the disk are never touched');
  await dialog(page).getByRole('radio', { name: `${what} its records` }).check();
  await dialog(page).getByRole('button', { name: 'Remove' }).click();
  await expect(card(page, name)).toHaveCount(0);
  await expect(dialog(page)).toHaveCount(0);
}

/** By the link in the sidebar, without the page being loaded again. */
async function goToPictures(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'All pictures' }).click();
}

async function goToFolders(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Folders' }).click();
}

async function ids(server: Server): Promise<string[]> {
  return (await server.images()).map((image) => image.id).toSorted();
}

test('a folder is added by the page, and what lies in it and comes later shows', async ({ page, server, root, reader }) => {
  const trip = await folderOf(root, 'trip', 2);
  const other = await reader();
  await openGallery(page);
  await goToFolders(page);
  await add(page, trip);
  await expect(dialog(page)).toHaveCount(0);
  await expect(card(page, 'trip')).toContainText(trip);
  await expect(card(page, 'trip')).toContainText('Watching');
  await expect(card(page, 'trip')).toContainText('2 files');

  // Another browser hears of it, in its sidebar and its pictures.
  await expect(other.getByRole('navigation', { name: 'Places' })).toContainText('trip');
  for (const name of ['trip-0.png', 'trip-1.png']) await isShown(other, name);

  await goToPictures(page);
  for (const name of ['trip-0.png', 'trip-1.png']) await isShown(page, name);
  await writeFile(join(trip, 'late.png'), png(1));
  await isShown(page, 'late.png');
  expect((await server.images()).length).toBe(3);
});

test('a paused folder is not looked at until it is resumed', async ({ page, server, root }) => {
  const trip = await folderOf(root, 'trip', 1);
  await openFolders(page);
  await add(page, trip);
  await expect(card(page, 'trip')).toContainText('Watching');
  await expect.poll(() => ids(server)).toHaveLength(1);

  await card(page, 'trip').getByRole('button', { name: 'Pause' }).click();
  await expect(card(page, 'trip')).toContainText('Paused');
  await writeFile(join(trip, 'unseen.png'), png(1));
  await server.drop('seen.png', png(2));
  // Of two files the one in the folder that is watched comes, and the other one, written before it, does not.
  await expect.poll(async () => (await server.images()).map((image) => image.filename)).toContain('seen.png');
  await page.waitForTimeout(1_500);
  expect((await server.images()).map((image) => image.filename)).not.toContain('unseen.png');

  await card(page, 'trip').getByRole('button', { name: 'Resume' }).click();
  await expect(card(page, 'trip')).toContainText('Watching');
  await goToPictures(page);
  await isShown(page, 'unseen.png');
});

test('what ran is kept, and what is started by hand is told and joins it', async ({ page, server, root }) => {
  await openFolders(page);
  await add(page, await folderOf(root, 'trip', 2));
  // files that may still be written to are seen by the first look and taken in a moment later
  await expect.poll(() => ids(server)).toHaveLength(2);
  await card(page, 'trip').getByRole('button', { name: 'History' }).click();
  // What the folder hears meanwhile may be one more run: its files are so fresh that they are looked at once again.
  const runs = (kind: string) => card(page, 'trip').locator('.run').filter({ hasText: kind });
  await expect(runs('Done').first()).toBeVisible();
  await expect(runs('Scan by hand')).toHaveCount(0);

  await card(page, 'trip').getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText('Looked at 2 files: nothing has changed.').first()).toBeVisible();
  await expect(runs('Scan by hand')).toHaveCount(1);
  await expect(runs('Scan by hand')).toContainText('Looked at 2 files: nothing has changed.');

  await card(page, 'trip').getByRole('button', { name: 'Verify' }).click();
  await expect(runs('Verification')).toHaveCount(1);
  await expect(runs('Verification')).toContainText('Done');
});

test('what was removed and kept comes back as it was', async ({ page, server, root }) => {
  const trip = await folderOf(root, 'trip', 3);
  await openFolders(page);
  await add(page, trip, 'Trip');
  await expect.poll(() => ids(server)).toHaveLength(3);
  const before = await ids(server);

  await remove(page, 'Trip', 'Keep');
  await expect.poll(() => ids(server)).toEqual([]);
  expect(await readdir(trip)).toEqual(expect.arrayContaining(['trip-0.png', 'trip-1.png', 'trip-2.png']));
  await goToPictures(page);
  await expect(cells(page)).toHaveCount(0);

  await goToFolders(page);
  await add(page, trip);
  await expect.poll(() => ids(server)).toEqual(before);
  await goToPictures(page);
  await isShown(page, 'trip-1.png');
});

test('what was removed and forgotten is new when it comes again', async ({ page, server, root }) => {
  const trip = await folderOf(root, 'trip', 2);
  await openFolders(page);
  await add(page, trip);
  await expect.poll(() => ids(server)).toHaveLength(2);
  const before = await ids(server);

  await remove(page, 'trip', 'Forget');
  await expect.poll(() => ids(server)).toEqual([]);
  expect(await readdir(trip)).toEqual(expect.arrayContaining(['trip-0.png', 'trip-1.png']));

  await add(page, trip);
  await expect.poll(() => ids(server)).toHaveLength(2);
  for (const id of await ids(server)) expect(before).not.toContain(id);
});

test('a name and kinds can be changed', async ({ page, server, root }) => {
  const trip = await folderOf(root, 'trip', 1);
  await openFolders(page);
  await add(page, trip);
  await card(page, 'trip').getByRole('button', { name: 'Edit' }).click();
  const name = dialog(page).getByLabel('Name');
  await expect(name).toHaveValue('trip');
  await expect(name).toBeFocused();
  await name.fill('By the sea');
  await dialog(page).getByRole('checkbox', { name: 'png' }).check();
  await dialog(page).getByRole('checkbox', { name: /^Scan by the clock/ }).check();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'By the sea')).toContainText('PNG');
  await expect(card(page, 'By the sea')).toContainText('By the clock');
  await expect(page.getByRole('navigation', { name: 'Places' })).toContainText('By the sea');
  expect(await ids(server)).toHaveLength(1);
});

test('a path that may not be added is refused beside its field', async ({ page, root, expectNoise }) => {
  expectNoise(/status of 4\d\d/);
  await openFolders(page);
  await add(page, '/etc');
  const problem = dialog(page).getByRole('alert');
  await expect(problem).not.toBeEmpty();
  await expect(dialog(page).locator('.allowed')).toContainText(root);
  await expect(dialog(page).getByLabel('Path on the server')).toHaveValue('/etc');

  await dialog(page).getByLabel('Path on the server').fill(await folderOf(root, 'trip', 1));
  await dialog(page).getByRole('button', { name: 'Add' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(card(page, 'trip')).toBeVisible();
});

test('the folder that uploads go to can be paused, not removed', async ({ page, server }) => {
  await openFolders(page);
  const managed = page.getByRole('article').filter({ hasText: server.pictures });
  await expect(managed).toContainText('uploads');
  await expect(managed.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(managed.getByRole('button', { name: 'Remove' })).toHaveCount(0);
});

test('the keyboard opens and closes the dialog and finds its way back', async ({ page }) => {
  await openFolders(page);
  const button = page.getByRole('button', { name: 'Add a folder' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Path on the server')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeVisible();
});

base('a server that allows no folder says how to allow one', async ({ page }) => {
  await openFolders(page);
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await expect(dialog(page)).toContainText('Start the server with --allow-root DIR');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

  test('the page and its dialog fit, and the drawer leads to it', async ({ page, root }) => {
    const trip = await folderOf(root, 'a-folder-whose-name-is-longer-than-the-screen-of-a-phone-is-wide', 1);
    await openGallery(page);
    await page.getByRole('button', { name: 'Places' }).tap();
    await goToFolders(page);
    await expect(page.getByRole('navigation', { name: 'Places' })).toBeHidden();
    await add(page, trip);
    await expect(page.getByRole('article')).toHaveCount(2);
    const beyond = () =>
      page.evaluate(() => {
        const scrollers = [document.documentElement, ...document.querySelectorAll('.gallery, dialog')];
        return Math.max(...scrollers.map((each) => each.scrollWidth - each.clientWidth));
      });
    expect(await beyond()).toBe(0);
    await page.getByRole('button', { name: 'Remove' }).tap();
    await expect(dialog(page)).toBeVisible();
    expect(await beyond()).toBe(0);
    const small = await page.locator('main button:visible').evaluateAll((buttons) =>
      buttons.filter((button) => button.getBoundingClientRect().height < 44).map((button) => button.textContent),
    );
    expect(small).toEqual([]);
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the folders are told, and nothing is offered that would not work', async ({ page, server, expectNoise }) => {
    expectNoise(/request: csp/, /preloaded using link preload but not used/);
    await page.goto('/folders');
    await expect(page.getByRole('article')).toContainText(server.pictures);
    await expect(page.locator('main button:visible')).toHaveCount(0);
  });
});

test('a picture of an added folder opens like any other', async ({ page, root }) => {
  await openFolders(page);
  await add(page, await folderOf(root, 'trip', 1), 'Trip');
  await goToPictures(page);
  await cell(page, 'trip-0.png').click();
  await expect(page.locator('[data-fact="Folder"]')).toHaveText('Trip');
});

test('while a folder is away its pictures stay, and say that they cannot be opened', async ({ page, root }) => {
  const trip = await folderOf(root, 'trip', 1);
  await openFolders(page);
  await add(page, trip);
  await goToPictures(page);
  await isShown(page, 'trip-0.png');
  const mark = cell(page, 'trip-0.png').getByText('Offline');
  await expect(mark).toHaveCount(0);

  await rename(trip, join(root, 'away'));
  await expect(mark).toBeVisible({ timeout: 40_000 });
  await cell(page, 'trip-0.png').click();
  await expect(page.locator('.state-note')).toContainText('The folder “trip” is offline');
  await page.keyboard.press('Escape');
  await rename(join(root, 'away'), trip);
  await expect(mark).toHaveCount(0);
  await expect(cell(page, 'trip-0.png')).toBeVisible();
});

test('bytes that changed by themselves are found by verifying, said, and accepted', async ({ page, server, root }) => {
  // Of so few pixels all pictures are of one length.
  const [before, after] = [png(500, 8, 4), png(501, 8, 4)];
  expect(after.length).toBe(before.length);
  const path = join(await folderOf(root, 'trip', 1), 'harbour.png');
  /** As a disk does that loses bits: neither its length nor its time tells of it. */
  const write = async (bytes: Buffer) => {
    await writeFile(path, bytes);
    await utimes(path, 1_600_000_000, 1_600_000_000);
  };
  const checksum = async () => (await server.images()).find((image) => image.filename === 'harbour.png')?.checksum;
  await write(before);
  await openFolders(page);
  await add(page, join(root, 'trip'));
  await expect(card(page, 'trip')).toContainText('Watching');
  await expect(card(page, 'trip')).toContainText('2 files');
  await card(page, 'trip').getByRole('button', { name: 'Edit' }).click();
  await dialog(page).getByRole('checkbox', { name: /^Scan by the clock/ }).check();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'trip')).toContainText('By the clock');
  await goToPictures(page);
  await isShown(page, 'harbour.png');
  const known = await checksum();
  const shown = await cell(page, 'harbour.png').locator('img').getAttribute('src');

  await write(after);
  await goToFolders(page);
  await card(page, 'trip').getByRole('button', { name: 'Verify' }).click();
  await goToPictures(page);
  await expect(cell(page, 'harbour.png').locator('.badge')).toContainText('Damaged');
  // What it was is still shown.
  await expect(cell(page, 'harbour.png').locator('img')).toHaveAttribute('src', shown!);
  await cell(page, 'harbour.png').click();
  await isLoaded(page.locator('img.photo'));
  const note = page.locator('.state-note');
  await expect(note).toContainText('Damaged');
  await expect(note).toContainText('bytes changed on the disk although nothing wrote to it');
  expect(await checksum()).toBe(known);

  await note.getByRole('button', { name: 'Accept' }).click();
  await expect(note).toHaveCount(0);
  await isLoaded(page.locator('img.photo'));
  await page.keyboard.press('Escape');
  await expect(cell(page, 'harbour.png').locator('.badge')).toHaveCount(0);
  await expect(cell(page, 'harbour.png').locator('img')).not.toHaveAttribute('src', shown!);
  await isShown(page, 'harbour.png');
  expect(await checksum()).not.toBe(known);
  await expect(cell(page, 'trip-0.png').locator('.badge')).toHaveCount(0);
});
