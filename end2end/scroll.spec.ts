//! A long gallery: the reader is somewhere in the middle, and stays there whatever happens.

import { cells, expect, fill, names, openGallery, png, test, type Page } from './scene';

const scroller = (page: Page) => page.locator('main.gallery');

async function scrollTo(page: Page, top: number): Promise<void> {
  await scroller(page).evaluate((element, top) => element.scrollTo({ top }), top);
}

/** Every cell on the screen, and where it stands. */
async function inSight(page: Page): Promise<Record<string, number>> {
  return cells(page).evaluateAll((cells) => {
    const seen = cells.map((cell) => [(cell as HTMLElement).dataset.id!, Math.round(cell.getBoundingClientRect().top)] as const);
    return Object.fromEntries(seen.filter(([, top]) => top > 60 && top < innerHeight - 60));
  });
}

/** No hole on the screen: each place that is in sight has its cell. */
async function hasNoHole(page: Page): Promise<void> {
  const holes = () =>
    scroller(page).evaluate((element) => {
      const box = element.getBoundingClientRect();
      const across = [0.1, 0.5, 0.9].map((part) => box.left + part * (box.width - 40));
      const down = [0.25, 0.5, 0.75].map((part) => box.top + part * box.height);
      const points = across.flatMap((x) => down.map((y) => [x, y]));
      return points.filter(([x, y]) => !document.elementsFromPoint(x, y).some((hit) => hit.matches('a.cell, .grid'))).length;
    });
  await expect.poll(holes).toBe(0);
}

test('arrivals shift nothing that is looked at, and wait behind a button', async ({ page, server }) => {
  await fill(server, 300);
  await openGallery(page);
  await expect(page.locator('.bar-count')).toHaveText('300 pictures');
  await scrollTo(page, 1_500);
  await expect.poll(async () => Object.keys(await inSight(page)).length).toBeGreaterThan(10);
  const before = await inSight(page);

  for (const number of [1, 2, 3]) await server.drop(`arrival-${number}.png`, png(number));
  await expect(page.getByRole('button', { name: '3 new' })).toBeVisible();
  await expect(page.locator('.bar-count')).toHaveText('303 pictures');
  expect(await inSight(page)).toEqual(before);

  await page.getByRole('button', { name: '3 new' }).click();
  await expect(page.getByRole('button', { name: '3 new' })).toBeHidden();
  await expect(cells(page).first()).toBeInViewport();
  expect((await names(page)).slice(0, 3).toSorted()).toEqual(['arrival-1.png', 'arrival-2.png', 'arrival-3.png']);
});

test('the scroll bar reaches the end, and what comes into sight is there', async ({ page, server }) => {
  const oldest = (await fill(server, 700), (await server.images()).at(-1)!.filename);
  await openGallery(page);
  const height = await scroller(page).evaluate((element) => element.scrollHeight);
  for (const part of [0.3, 0.6, 0.9, 0.5]) {
    await scrollTo(page, part * height);
    await hasNoHole(page);
  }
  await scrollTo(page, height);
  await expect.poll(async () => (await names(page)).at(-1)).toBe(oldest);
  await expect(cells(page).last()).toBeInViewport();
  // The grid holds a window, not everything.
  expect(await cells(page).count()).toBeLessThan(500);
  expect(await scroller(page).evaluate((element) => element.scrollHeight)).toBe(height);
});

test('who scrolls away from what had the keyboard goes on by an arrow with what is seen', async ({ page, server }) => {
  await fill(server, 700);
  await openGallery(page);
  await page.keyboard.press('ArrowDown');
  await expect(cells(page).first()).toBeFocused();
  const height = await scroller(page).evaluate((element) => element.scrollHeight);
  await scrollTo(page, 0.6 * height);
  await hasNoHole(page);
  await expect.poll(() => page.evaluate(() => document.activeElement === document.body)).toBe(true);
  await page.keyboard.press('ArrowRight');
  const focused = page.locator('a.cell:focus');
  await expect(focused).toBeInViewport();
  const first = await focused.getAttribute('data-id');
  await page.keyboard.press('ArrowRight');
  await expect(focused).not.toHaveAttribute('data-id', first!);
});
