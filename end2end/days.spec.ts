//! The grid's days, its two layouts and sizes, and the strip of dates: where one is stays where one was.

import { rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cell, cells, expect, fill, isLive, names, openGallery, png, test, type Page, type Server } from './scene';

const scroller = (page: Page) => page.locator('main.gallery');
const days = (page: Page) => page.locator('.day-head h2');
const strip = (page: Page) => page.getByRole('slider', { name: 'Date' });

/** So many pictures of each of these days, every third of them standing. */
async function dated(server: Server, each: number, ...list: string[]): Promise<void> {
  for (const day of list) {
    for (let number = 0; number < each; number += 1) {
      const name = `${day} ${String(number).padStart(3, '0')}.png`;
      // it has its time before anybody sees it
      const part = join(server.pictures, `.${name}.part`);
      await server.drop(`.${name}.part`, number % 3 ? png(number, 96, 64) : png(number, 64, 96));
      const at = new Date(`${day}T12:00:00Z`);
      await utimes(part, at, new Date(at.getTime() + number * 1000));
      await rename(part, join(server.pictures, name));
    }
  }
  const total = async () => (await (await fetch(`${server.address}/api/v1/images?sort=taken&limit=1`)).json()).total;
  await expect.poll(total).toBe(each * list.length);
  const last = `${list.at(-1)} ${String(each - 1).padStart(3, '0')}.png`;
  const oldest = async () =>
    (await (await fetch(`${server.address}/api/v1/images?sort=taken-reversed&limit=1`)).json()).images[0].filename;
  await expect.poll(oldest).toBe(last.replace(/\d{3}\.png$/, '000.png'));
}

async function openTaken(page: Page): Promise<void> {
  await page.goto('/?sort=taken');
  await isLive(page);
}

test('pictures stand under their days, and the heading of the day one is in stays in sight', async ({ page, server }) => {
  await dated(server, 40, '2024-05-17', '2024-05-03', '2021-12-24');
  await openTaken(page);
  await expect(days(page).first()).toHaveText('Friday, 17 May 2024');
  await expect(page.locator('.day-count').first()).toHaveText('40 pictures');
  // over the middle of a day its heading is where the grid begins
  const second = cell(page, '2024-05-03 020.png');
  await second.scrollIntoViewIfNeeded();
  const heading = page.locator('.day-head', { hasText: 'Friday, 3 May 2024' });
  await expect(heading).toBeInViewport();
  const bar = (await page.locator('.bar').boundingBox())!;
  await scroller(page).evaluate((element) => element.scrollBy(0, 300));
  await expect.poll(async () => Math.round((await heading.boundingBox())!.y)).toBe(Math.round(bar.y + bar.height));
});

test('in rows every picture keeps its shape, and the choice is remembered', async ({ page, server }) => {
  await dated(server, 30, '2024-05-17', '2024-05-03');
  await openTaken(page);
  const ratios = () =>
    cells(page).evaluateAll((cells) => cells.slice(0, 12).map((cell) => Math.round((10 * cell.clientWidth) / cell.clientHeight) / 10));
  expect(new Set(await ratios())).toEqual(new Set([1]));
  await page.getByRole('button', { name: 'Rows' }).click();
  await expect.poll(async () => [...new Set(await ratios())].toSorted()).toEqual([0.7, 1.5]);
  // each row is as wide as the others
  const rights = await cells(page).evaluateAll((cells) => {
    const rows = new Map<number, number>();
    for (const cell of cells.slice(0, 18)) {
      const box = cell.getBoundingClientRect();
      rows.set(Math.round(box.top), Math.max(rows.get(Math.round(box.top)) ?? 0, Math.round(box.right)));
    }
    return [...rows.values()].slice(0, -1);
  });
  expect(Math.max(...rights) - Math.min(...rights)).toBeLessThanOrEqual(2);
  await page.reload();
  await isLive(page);
  await expect(page.getByRole('button', { name: 'Rows' })).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(async () => [...new Set(await ratios())].toSorted()).toEqual([0.7, 1.5]);
});

test('the size changes around the picture that is looked at', async ({ page, server }) => {
  await dated(server, 100, '2024-05-17', '2024-05-03');
  await openTaken(page);
  // near enough that it is drawn
  await scroller(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await cell(page, '2024-05-03 050.png').scrollIntoViewIfNeeded();
  await expect(page).toHaveURL(/at=/);
  const first = await page.evaluate(() => {
    const inSight = [...document.querySelectorAll<HTMLElement>('a.cell')].find((cell) => cell.getBoundingClientRect().bottom > 160);
    return inSight!.querySelector('.cell-name')!.textContent!;
  });
  const width = async () => (await cell(page, first).boundingBox())!.width;
  const before = await width();
  await page.getByRole('slider', { name: 'Size of the pictures' }).fill('6');
  await expect.poll(width).toBeGreaterThan(before * 1.5);
  await expect(cell(page, first)).toBeInViewport();
});

test('a reload, a link and the way back lead to where one was', async ({ page, server, reader }) => {
  await dated(server, 150, '2024-05-17', '2024-05-03', '2021-12-24');
  await openTaken(page);
  await strip(page).press('End');
  await expect(days(page).last()).toHaveText('Friday, 24 December 2021');
  await expect(page).toHaveURL(/\?sort=taken&at=/);
  const shown = page.locator('a.cell', { hasText: '2021-12-24 149.png' });
  await expect(shown).toBeInViewport();
  await page.reload();
  await isLive(page);
  await expect(shown).toBeInViewport();

  const other = await reader();
  await other.goto(page.url());
  await expect(other.locator('a.cell', { hasText: '2021-12-24 149.png' })).toBeInViewport();

  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'All pictures' }).click();
  await expect(page).toHaveURL('/');
  await expect(page.locator('.bar h1')).toHaveText('All pictures');
  await page.goBack();
  await expect(shown).toBeInViewport();
});

test('the strip of dates leads anywhere, by pointer and by keys', async ({ page, server }) => {
  await dated(server, 60, '2024-05-17', '2022-05-03', '2019-12-24');
  await openTaken(page);
  await expect(page.locator('.scrub-mark')).toHaveText(['2024', '2022', '2019']);
  const box = (await strip(page).boundingBox())!;
  await page.mouse.move(box.x + 20, box.y + box.height * 0.55);
  await expect(page.locator('.scrub-bubble')).toHaveText('May 2022');
  await page.mouse.down();
  await expect(page.locator('.day-head', { hasText: 'Tuesday, 3 May 2022' })).toBeInViewport();
  await page.mouse.move(box.x + 20, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator('a.cell', { hasText: '2019-12-24 000.png' })).toBeInViewport();
  await strip(page).press('Home');
  await expect(page.locator('a.cell', { hasText: '2024-05-17 059.png' })).toBeInViewport();
  await strip(page).press('ArrowDown');
  await expect(strip(page)).toHaveAttribute('aria-valuetext', 'May 2022');
  await strip(page).press('PageDown');
  await expect(strip(page)).toHaveAttribute('aria-valuetext', 'December 2019');
});

test('arrows lead across days', async ({ page, server }) => {
  await dated(server, 4, '2024-05-17', '2024-05-03');
  await openTaken(page);
  await cells(page).nth(1).focus();
  await page.keyboard.press('ArrowDown');
  await expect(cells(page).nth(5)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(cells(page).nth(1)).toBeFocused();
});

test('who goes takes its place in its day along', async ({ page, server }) => {
  await fill(server, 30);
  await openGallery(page);
  await expect(page.locator('.day-head h2')).toHaveText('Today');
  await expect(page.locator('.day-count')).toHaveText('30 pictures');
  await server.drop('late.png', png(9));
  await expect(page.locator('.day-count')).toHaveText('31 pictures');
  expect((await names(page))[0]).toBe('late.png');
});
