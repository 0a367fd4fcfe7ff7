//! Pictures that are taken in and not made yet: said, waited for, and shown by themselves.

import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cell, expect, isLoaded, isShown, openGallery, png, type Server, test } from './scene';

/** Nothing can be made of these bytes until what this returns is called: a file lies where its folder would. */
async function holdBack(server: Server, bytes: Buffer): Promise<() => Promise<void>> {
  const hurdle = join(server.data, 'derivatives', createHash('sha256').update(bytes).digest('hex').slice(0, 2));
  await writeFile(hurdle, '');
  return () => rm(hurdle);
}

test('a picture that is still to be made says so and shows by itself', async ({ page, server }) => {
  const release = await holdBack(server, png(1));
  await openGallery(page);
  const told = page.waitForRequest(/pictures\/look_first/);
  await server.drop('slow.png', png(1));
  await expect(cell(page, 'slow.png')).toHaveAttribute('data-state', 'pending');
  await expect(cell(page, 'slow.png').locator('.badge')).toHaveCount(0);
  expect((await told).postData(), 'what is in sight goes first').toContain((await server.images())[0].id);
  await cell(page, 'slow.png').click();
  await expect(page.getByRole('heading', { name: 'Getting ready' })).toBeVisible();

  await release();
  await isLoaded(page.locator('img.photo'));
  await page.keyboard.press('Escape');
  await isShown(page, 'slow.png');
});

test('of a file that is overwritten the former picture stays until the new one is there', async ({ page, server }) => {
  await server.drop('edited.png', png(1));
  await openGallery(page);
  await isShown(page, 'edited.png');
  const image = cell(page, 'edited.png').locator('img');
  const before = await image.getAttribute('src');
  const element = await image.elementHandle();

  const release = await holdBack(server, png(2));
  await server.drop('edited.png', png(2));
  await expect(cell(page, 'edited.png')).toHaveAttribute('data-state', 'pending');
  await expect(image).toHaveAttribute('src', before!);

  await release();
  await expect(image).not.toHaveAttribute('src', before!);
  await isLoaded(image);
  expect(await element!.evaluate((element) => element.isConnected), 'its element is the same').toBe(true);
});
