//! Pictures on their way out: chosen, prepared, saved by the browser, and what is in the archive.

import { readFile } from 'node:fs/promises';
import { cells, expect, fill, openGallery, test, type Page } from './scene';

const dialog = (page: Page) => page.getByRole('dialog', { name: /^Export / });

/** The names in an archive whose files are stored as they are. */
function names(archive: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const [size, name, extra] = [archive.readUInt32LE(at + 18), archive.readUInt16LE(at + 26), archive.readUInt16LE(at + 28)];
    found.push(archive.subarray(at + 30, at + 30 + name).toString());
    at += 30 + name + extra + size;
  }
  return found.sort();
}

async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; files: string[] }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const archive = await readFile(await download.path());
  return { name: download.suggestedFilename(), files: names(archive) };
}

test('what is selected is exported by keys, and all of a view by mouse', async ({ page, server }) => {
  await fill(server, 4);
  await openGallery(page);
  await expect(cells(page)).toHaveCount(4);
  await cells(page).first().focus();
  await page.keyboard.press('x');
  await page.keyboard.press('e');
  await expect(dialog(page)).toHaveAccessibleName('Export 1 picture');
  await expect(page.getByRole('radio', { name: 'Originals' })).toBeFocused();
  const one = await saved(page, () => page.keyboard.press('Enter'));
  expect(one.name).toMatch(/^pixelsync-\d{8}-\d{6}-1-picture\.zip$/);
  expect(one.files[0]).toBe('SHA256SUMS.txt');
  expect(one.files[1]).toMatch(/^old-\d{4}_\d{8}-\d{6}\.png$/);
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByText(/^Saving pixelsync-/)).toBeVisible();

  await page.getByRole('button', { name: 'Select all 4' }).click();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('radio', { name: 'JPEG In a size of your own' }).check();
  await page.getByLabel('Long edge in pixels').fill('64');
  await page.getByRole('checkbox', { name: 'Add the time of the export to each name' }).uncheck();
  const all = await saved(page, () => dialog(page).getByRole('button', { name: 'Export' }).click());
  expect(all.name).toMatch(/-4-pictures\.zip$/);
  expect(all.files).toHaveLength(5);
  expect(all.files.slice(1).every((name) => /^old-\d{4}\.jpg$/.test(name))).toBe(true);
});

test('what cannot be exported says why, and the dialog stays', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 400/);
  await fill(server, 2);
  await openGallery(page);
  await cells(page).first().focus();
  await page.keyboard.press('x');
  await page.keyboard.press('e');
  await page.route('**/api/exports/begin', (route) => route.fulfill({ status: 400, contentType: 'application/json', body: '{"Refused":"There is nothing to export."}' }));
  await dialog(page).getByRole('button', { name: 'Export' }).click();
  await expect(dialog(page).getByRole('alert')).not.toBeEmpty();
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Export' })).toBeFocused();
});
