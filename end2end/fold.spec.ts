//! A view that is higher than browsers can scroll is scrolled like any other.

import { cell, cells, expect, isLive, test, type Page } from './scene';

const COUNT = 40_000;

// one column of pictures as wide as the screen: sixteen million pixels
test.use({ viewport: { width: 390, height: 844 } });

/** Records of pictures that lie on no disk, `0000001` the newest. */
const RECORDS = `
  insert into folders (id, project_id, path, name, paused) select gen_random_uuid(), id, '/nowhere', 'archive', true from projects;
  insert into images (id, project_id, folder_id, path, name, state, size, mtime_ns, ctime_ns, inode, device)
  select (lpad(to_hex(1700000000000 - n * 1000::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
         f.project_id, f.id, n::text::bytea, lpad(n::text, 7, '0'), 'ok', 1, 0, 0, n, 0
  from folders f, generate_series(1, ${COUNT}) as n where f.path = '/nowhere'`;

function inSight(page: Page): Promise<number[]> {
  return cells(page).evaluateAll((cells) =>
    cells
      .filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > 60 && top < innerHeight;
      })
      .map((cell) => Number(cell.querySelector('.cell-name')!.textContent))
      .toSorted((a, b) => a - b),
  );
}

test('both ends are reached, steps are steps, and the scroll bar leads everywhere', async ({ page, server }) => {
  await server.sql(RECORDS);
  await page.addInitScript(() => localStorage.setItem('pixelsync-size', '2.6'));
  await page.goto('/');
  await isLive(page);
  await expect(page.locator('.grid')).toHaveAttribute('data-total', String(COUNT));
  const scroller = page.locator('main.gallery');
  await expect(cell(page, '0000001')).toBeInViewport();
  const room = await page.locator('.grid').evaluate((grid) => [grid.scrollHeight, getComputedStyle(grid).getPropertyValue('--row')]);
  expect(room[0]).toBeLessThanOrEqual(12_000_000);
  expect(parseFloat(String(room[1])) * COUNT).toBeGreaterThan(14_000_000);

  await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(cell(page, String(COUNT).padStart(7, '0'))).toBeInViewport();

  // a step is a step, also where the view is folded
  await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(1);
  const [middle] = await inSight(page);
  expect(Math.abs(middle - COUNT / 2)).toBeLessThan(COUNT / 100);
  await page.mouse.move(195, 500);
  let at = middle;
  for (let step = 0; step < 12; step += 1) {
    await page.mouse.wheel(0, 300);
    await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(1);
    const [first] = await inSight(page);
    expect(first - at).toBeGreaterThanOrEqual(0);
    expect(first - at).toBeLessThanOrEqual(2);
    at = first;
  }
  expect(at - middle).toBeGreaterThan(5);

  await scroller.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect(cell(page, '0000001')).toBeInViewport();
});
