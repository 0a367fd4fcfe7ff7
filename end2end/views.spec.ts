//! Saved views: put away under a name, shown in the sidebar of every open page with a number that is true, changed and deleted.

import { cell, cells, expect, isLive, names, openGallery, png, test, type Page, type Server } from './scene';

const places = (page: Page) => page.getByRole('navigation', { name: 'Places' });
const views = (page: Page) => page.getByRole('list', { name: 'Saved views' });
const link = (page: Page, name: string) => views(page).getByRole('link', { name });
const dialog = (page: Page) => page.getByRole('dialog');
const edit = (page: Page, name: string) => views(page).getByRole('button', { name: `Edit the view “${name}”` });

async function harbour(server: Server): Promise<void> {
  await server.drop('boat 1.png', png(1));
  await server.drop('boat 2.png', png(2));
  await server.drop('pier.png', png(3));
  const found = async () => (await (await fetch(`${server.address}/api/v1/images?q=boat`)).json()).total;
  await expect.poll(found).toBe(2);
}

async function save(server: Server, name: string, query: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.address}/api/v1/views`, { method: 'POST', headers, body: JSON.stringify({ name, query }) });
  expect(answer.status).toBe(201);
}

test('a view is saved, stands in every open page, and its number follows what happens', async ({ page, reader, server }) => {
  await harbour(server);
  const other = await reader();
  await openGallery(page);
  await expect(page.getByRole('button', { name: 'Save view' })).toBeHidden();
  await page.goto('/?q=boat&sort=name');
  await isLive(page);
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(dialog(page).getByLabel('Name')).toHaveValue('boat');
  await expect(dialog(page)).toContainText('“boat” · Name, A to Z');
  await dialog(page).getByLabel('Name').fill('All boats');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByText('“All boats” is saved.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save view' })).toBeHidden();
  await expect(link(page, 'All boats')).toHaveAttribute('aria-current', 'page');

  await expect(link(other, 'All boats')).not.toHaveAttribute('aria-current');
  for (const each of [page, other]) await expect(link(each, 'All boats').locator('.place-count')).toHaveText('2');
  await server.drop('boat 3.png', png(4));
  for (const each of [page, other]) await expect(link(each, 'All boats').locator('.place-count')).toHaveText('3');

  await link(other, 'All boats').click();
  await expect(other).toHaveURL('/?q=boat&sort=name');
  await expect.poll(() => names(other)).toEqual(['boat 1.png', 'boat 2.png', 'boat 3.png']);
  await expect(link(other, 'All boats')).toHaveAttribute('aria-current', 'page');
  await page.reload();
  await expect(link(page, 'All boats')).toHaveAttribute('aria-current', 'page');
});

test('what needs attention is counted as well', async ({ page, server }) => {
  await openGallery(page);
  const count = places(page).getByRole('link', { name: 'Needs attention' }).locator('.place-count');
  await expect(count).toHaveText('0');
  await server.drop('torn.png', png(1).subarray(0, 90));
  await expect(count).toHaveText('1');
  await server.drop('torn.png', png(1));
  await expect(count).toHaveText('0');
});

test('a view gets another name, another query and another place, and every page hears of it', async ({ page, reader, server }) => {
  await harbour(server);
  await save(server, 'Boats', 'q=boat');
  await save(server, 'Names', 'sort=name');
  const other = await reader();
  await page.goto('/?q=pier');
  await isLive(page);
  await link(page, 'Boats').hover();
  await edit(page, 'Boats').click();
  await dialog(page).getByLabel('Name').fill('Piers');
  await dialog(page).getByLabel('Change it to what is shown now: “pier”').check();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(link(page, 'Piers')).toHaveAttribute('aria-current', 'page');
  for (const each of [page, other]) {
    await expect(link(each, 'Piers').locator('.place-count')).toHaveText('1');
    await expect(link(each, 'Piers')).toHaveAttribute('href', '/?q=pier');
  }
  await expect(views(other).locator('.view-name')).toHaveText(['Piers', 'Names']);

  await link(page, 'Names').hover();
  await edit(page, 'Names').click();
  await expect(dialog(page)).toContainText('Position 2 of 2');
  await dialog(page).getByRole('button', { name: 'Move up' }).click();
  await expect(dialog(page)).toContainText('Position 1 of 2');
  await expect(views(other).locator('.view-name')).toHaveText(['Names', 'Piers']);
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await expect(dialog(page)).toContainText('The pictures that it finds stay.');
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await expect(dialog(page)).toBeHidden();
  for (const each of [page, other]) await expect(views(each).locator('.view-name')).toHaveText(['Piers']);
});

test('a name that is taken is refused beside its field, until it is another', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 400/);
  await harbour(server);
  await save(server, 'Boats', 'q=boat');
  await page.goto('/?q=pier');
  await isLive(page);
  await page.getByRole('button', { name: 'Save view' }).click();
  const [name, problem, send] = [dialog(page).getByLabel('Name'), dialog(page).getByRole('alert'), dialog(page).getByRole('button', { name: 'Save' })];
  await name.fill('BOATS');
  await send.click();
  await expect(problem).toHaveText('There is a view “BOATS” already. Choose another name.');
  await name.fill(' ');
  await send.click();
  await expect(problem).toHaveText('Give the view a name.');
  await name.fill('x'.repeat(61));
  await send.click();
  await expect(problem).toHaveText('A view\'s name has 60 letters at most; this one has 61.');
  await name.fill('Pier');
  await send.click();
  await expect(views(page).locator('.view-name')).toHaveText(['Boats', 'Pier']);
});

test('everything is done by keys, and the keyboard is never lost', async ({ page, server }) => {
  await harbour(server);
  await page.goto('/?q=boat');
  await isLive(page);
  await page.getByRole('button', { name: 'Save view' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await page.keyboard.type('By keys');
  await page.keyboard.press('Enter');
  await expect(link(page, 'By keys')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Filter' })).toBeFocused();

  await link(page, 'By keys').focus();
  await page.keyboard.press('Tab');
  await expect(edit(page, 'By keys')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(edit(page, 'By keys')).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog(page).getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(dialog(page)).toContainText('Delete “By keys”?');
  await page.keyboard.press('Escape');
  await expect(edit(page, 'By keys')).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog(page).getByRole('button', { name: 'Delete' }).press('Enter');
  await dialog(page).getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(views(page)).toBeHidden();
  await expect(places(page).getByRole('link', { name: 'All pictures' })).toBeFocused();
});

test('numbers are asked for where something happened, and not where nobody looks', async ({ page, server }) => {
  await harbour(server);
  await save(server, 'Boats', 'q=boat');
  let asked = 0;
  page.on('request', (request) => (asked += Number(request.url().endsWith('/api/gallery/counts'))));
  await openGallery(page);
  await expect(link(page, 'Boats').locator('.place-count')).toHaveText('2');
  await page.setViewportSize({ width: 390, height: 844 });
  const before = asked;
  await server.drop('boat 3.png', png(4));
  await expect(cell(page, 'boat 3.png')).toBeVisible();
  expect(asked).toBe(before);
  await page.getByRole('button', { name: 'Places' }).click();
  await expect(link(page, 'Boats').locator('.place-count')).toHaveText('3');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a saved view is a link', async ({ page, server, expectNoise }) => {
    // What would be fetched for scripts alone is what Chromium refuses to fetch here.
    expectNoise(/request: csp/, /preloaded using link preload but not used/);
    await harbour(server);
    await save(server, 'Boats', 'q=boat&sort=name');
    await page.goto('/');
    await link(page, 'Boats').click();
    expect(await names(page)).toEqual(['boat 1.png', 'boat 2.png']);
    await expect(link(page, 'Boats')).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('button', { name: 'Save view' })).toBeHidden();
    await expect(cells(page)).toHaveCount(2);
  });
});
