//! Selecting pictures: by clicks, keys, a frame, a day, and all of a view; the bar says how many, whatever is loaded.

import { cell, cells, expect, fill, openGallery, png, test, type Page } from './scene';

const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected pictures' });
const chosen = (page: Page) => page.locator('a.cell[data-chosen]');

async function check(page: Page, place: number): Promise<void> {
  await cells(page).nth(place).hover();
  await cells(page).nth(place).locator('.cell-check').click();
}

test('a check selects, further clicks do too, shift takes all between, and escape lets go', async ({ page, server }) => {
  await fill(server, 40);
  await openGallery(page);
  await check(page, 3);
  await expect(bar(page)).toContainText('1 selected');
  await cells(page).nth(5).click();
  await expect(bar(page)).toContainText('2 selected');
  await expect(page).toHaveURL('/');
  await cells(page).nth(10).click({ modifiers: ['Shift'] });
  await expect(bar(page)).toContainText('7 selected');
  await cells(page).nth(6).click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page)).toContainText('6 selected');
  await expect(chosen(page)).toHaveCount(6);
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();
  await cells(page).nth(2).click();
  await expect(page).toHaveURL(/\/pictures\//);
});

test('ctrl and a click begin a selection', async ({ page, server }) => {
  await fill(server, 6);
  await openGallery(page);
  await cells(page).nth(1).click({ modifiers: ['ControlOrMeta'] });
  await cells(page).nth(3).click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page)).toContainText('2 selected');
});

test('the keyboard selects', async ({ page, server }) => {
  await fill(server, 30);
  await openGallery(page);
  await cells(page).nth(0).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bar(page)).toContainText('3 selected');
  await expect(cells(page).nth(2)).toBeFocused();
  await page.keyboard.press('x');
  await expect(bar(page)).toContainText('2 selected');
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar(page)).toContainText('30 selected');
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();
});

test('a frame selects what it touches and lets go of what it leaves', async ({ page, server }) => {
  await fill(server, 40);
  await openGallery(page);
  const [from, to] = [(await cells(page).nth(0).boundingBox())!, (await cells(page).nth(8).boundingBox())!];
  await page.mouse.move(from.x + 40, from.y + 60);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width - 20, to.y + 40, { steps: 6 });
  await expect(page.locator('.drawn-frame')).toBeVisible();
  const most = await chosen(page).count();
  expect(most).toBeGreaterThan(3);
  await page.mouse.move(from.x + from.width + 30, from.y + 70, { steps: 6 });
  await expect(chosen(page)).toHaveCount(2);
  await page.mouse.up();
  await expect(page.locator('.drawn-frame')).toHaveCount(0);
  await expect(bar(page)).toContainText('2 selected');
  // what began on a link followed none
  await expect(page).toHaveURL('/');
});

test('a day, and all of a view, are selected whatever of them is loaded', async ({ page, server }) => {
  const total = (await fill(server, 420)).length;
  await openGallery(page);
  await page.locator('.day-head').hover();
  await page.getByRole('button', { name: 'Select this day' }).click();
  await expect(bar(page)).toContainText(`${total} selected`);
  await page.getByRole('button', { name: 'Select this day' }).click();
  await expect(bar(page)).toBeHidden();

  await check(page, 1);
  await bar(page).getByRole('button', { name: `Select all ${total}` }).click();
  await expect(bar(page)).toContainText(`${total} selected`);
  await cells(page).nth(0).click();
  await expect(bar(page)).toContainText(`${total - 1} selected`);
  await page.locator('main.gallery').evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect.poll(async () => (await cells(page).count()) - (await chosen(page).count())).toBe(0);
  await bar(page).getByRole('button', { name: 'Clear the selection' }).click();
  await expect(chosen(page)).toHaveCount(0);
});

test('a range reaches over what was never loaded', async ({ page, server }) => {
  const total = (await fill(server, 700)).length;
  const oldest = (await server.images()).at(-1)!.filename;
  await openGallery(page);
  await check(page, 0);
  await page.locator('main.gallery').evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(cell(page, oldest)).toBeInViewport();
  await cell(page, oldest).click({ modifiers: ['Shift'] });
  await expect(bar(page)).toContainText(`${total} selected`);
});

test('another view begins with nothing selected', async ({ page, server }) => {
  await fill(server, 12);
  await openGallery(page);
  await check(page, 1);
  await page.getByRole('searchbox', { name: 'Search pictures' }).fill('old-0007');
  await expect(cells(page)).toHaveCount(1);
  await expect(bar(page)).toBeHidden();
});

test('every selected picture is cropped the same way', async ({ page, server }) => {
  for (const number of [1, 2, 3]) await server.drop(`boat ${number}.png`, png(number, 96, 64));
  await openGallery(page);
  await expect(cells(page).locator('img')).toHaveCount(3);
  for (const place of [0, 1, 2]) await check(page, place);
  await bar(page).getByRole('link', { name: 'Crop' }).click();
  await page.getByLabel('Width').fill('30');
  await page.getByLabel('Width').press('Tab');
  await page.getByRole('button', { name: 'Save for all 3' }).click();
  await expect(page.getByText('3 pictures cropped')).toBeVisible();
  // what is found follows a moment later
  const widths = async () => {
    const { images } = await fetch(`${server.address}/api/v1/images?sort=added`).then((answer) => answer.json());
    return images.map((image: { width: number }) => image.width);
  };
  await expect.poll(widths).toEqual([30, 30, 30, 96, 96, 96]);
});
