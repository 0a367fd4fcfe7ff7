//! Looking for pictures: by words, by filters, in another order; the address says it all, and what is found stays true.

import { cell, cells, expect, fill, isLive, names, openGallery, png, test, type Page, type Server } from './scene';

const heading = (page: Page) => page.locator('.bar h1');
const count = (page: Page) => page.locator('.bar > .bar-count');
const field = (page: Page) => page.getByRole('searchbox', { name: 'Search pictures' });

function said(rating: number, label: string, tags: string[] = []): Buffer {
  const list = tags.map((tag) => `<rdf:li>${tag}</rdf:li>`).join('');
  return Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmp:Rating="${rating}" xmp:Label="${label}"><dc:subject><rdf:Bag>${list}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`);
}

/** Two boats, one of them rated, a pier, and something that is damaged. */
async function harbour(server: Server): Promise<void> {
  await server.drop('boat 2.xmp', said(5, 'Red', ['sea', 'evening']));
  await server.drop('boat 2.png', png(2, 96, 64));
  await server.drop('boat 10.png', png(10, 64, 96));
  await server.drop('pier.xmp', said(3, 'Blue', ['sea']));
  await server.drop('pier.png', png(3, 64, 64));
  await server.drop('torn.png', png(4).subarray(0, 90));
  await expect.poll(async () => (await found(server, '')).length).toBe(4);
  await expect.poll(async () => (await found(server, 'state=corrupted')).length).toBe(1);
  await expect.poll(async () => (await found(server, 'rating=3')).length).toBe(2);
}

async function found(server: Server, search: string): Promise<string[]> {
  const { images } = await (await fetch(`${server.address}/api/v1/images?${search}`)).json();
  return images.map((image: { filename: string }) => image.filename);
}

test('what is typed is found, stands in the address, and is gone back from', async ({ page, server }) => {
  await harbour(server);
  await openGallery(page);
  await expect(cells(page)).toHaveCount(4);
  await page.keyboard.press('/');
  await expect(field(page)).toBeFocused();
  await field(page).pressSequentially('boat');
  await expect(cells(page)).toHaveCount(2);
  await expect(heading(page)).toHaveText('“boat”');
  await expect(count(page)).toHaveText('2 of 4 pictures');
  await expect(page).toHaveURL('/?q=boat');
  await expect(field(page)).toBeFocused();
  await field(page).pressSequentially(' 10');
  await expect.poll(() => names(page)).toEqual(['boat 10.png']);

  await page.reload();
  await isLive(page);
  expect(await names(page)).toEqual(['boat 10.png']);
  await expect(field(page)).toHaveValue('boat 10');
  await expect(count(page)).toHaveText('1 of 4 pictures');

  await page.goBack();
  await expect(cells(page)).toHaveCount(4);
  await expect(heading(page)).toHaveText('All pictures');
  await expect(field(page)).toHaveValue('');
  await page.goForward();
  await expect.poll(() => names(page)).toEqual(['boat 10.png']);

  await field(page).focus();
  await page.keyboard.press('Escape');
  await expect(field(page)).not.toBeFocused();
  await expect(cells(page)).toHaveCount(4);
  await expect(page).toHaveURL('/');
});

test('the first ones of very many are shown before they are counted', async ({ page, server }) => {
  await harbour(server);
  await openGallery(page);
  let [countNow, answerOther] = [() => {}, () => {}];
  const counting = new Promise<void>((done) => (countNow = done));
  const other = new Promise<void>((done) => (answerOther = done));
  await page.route('**/api/gallery/open', async (route) => {
    const { query, in_a_hurry } = route.request().postDataJSON();
    if (query.words === 'boat 10') await other;
    if (!in_a_hurry) {
      await counting;
      return route.continue();
    }
    const opening = await (await route.fetch()).json();
    // as a server with a million pictures answers
    const { window, outline } = opening;
    const cards = window.cards.slice(0, 1);
    const [[day, , ratio]] = outline.stretches;
    const [begun, stretches] = [{ ...window, total: 1, cards }, [[day, 1, ratio]]];
    await route.fulfill({ json: { ...opening, is_counted: false, window: begun, outline: { ...outline, stretches } } });
  });
  await field(page).fill('boat');
  await expect(count(page)).toHaveText('1+ of 4 pictures');
  await expect(cells(page)).toHaveCount(1);
  // what is asked for and taken back meanwhile keeps nobody from counting
  await field(page).fill('boat 10');
  await expect(page).toHaveURL('/?q=boat%2010');
  await field(page).fill('boat');
  await expect(page).toHaveURL('/?q=boat');
  await cells(page).first().evaluate((cell) => cell.setAttribute('data-tagged', ''));
  countNow();
  await expect(count(page)).toHaveText('2 of 4 pictures');
  await expect(cells(page)).toHaveCount(2);
  await expect(cells(page).first()).toHaveAttribute('data-tagged', '');
  answerOther();
  await page.unrouteAll({ behavior: 'wait' });
});

test('a shared address shows the same to another reader', async ({ page, reader, server }) => {
  await harbour(server);
  const other = await reader();
  await other.goto('/?rating=3&sort=name');
  await page.goto('/?rating=3&sort=name');
  for (const each of [page, other]) {
    await isLive(each);
    expect(await names(each)).toEqual(['boat 2.png', 'pier.png']);
    await expect(each.locator('.chip')).toHaveText('Without 3 stars and up');
  }
});

test('filters say how many there are, are asked for and taken back', async ({ page, server }) => {
  await harbour(server);
  await openGallery(page);
  await page.getByRole('button', { name: 'Filter' }).click();
  const panel = page.getByRole('dialog', { name: 'Filter' });
  const value = (name: string) => panel.locator('.side-value').filter({ hasText: name });
  await expect(value('3 stars and up')).toContainText('2');
  await expect(value('sea')).toContainText('2');
  await expect(value('Damaged')).toContainText('1');

  await value('sea').click();
  await expect(cells(page)).toHaveCount(2);
  await expect(value('sea')).toHaveAttribute('aria-current', 'true');
  await expect(value('sea')).toBeFocused();
  await value('evening').click();
  await expect.poll(() => names(page)).toEqual(['boat 2.png']);
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();

  await expect(page.locator('.chip')).toHaveCount(2);
  await page.locator('.chip').filter({ hasText: 'evening' }).click();
  await expect(cells(page)).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Filter' })).toBeFocused();
  await page.getByRole('link', { name: 'Clear all' }).click();
  await expect(cells(page)).toHaveCount(4);
  await expect(page).toHaveURL('/');
});

test('of more tags than are listed, those are offered that are called so', async ({ page, server }) => {
  const tags = Array.from({ length: 70 }, (_, number) => `tag ${String(number).padStart(2, '0')}`);
  await server.drop('pier.xmp', said(3, 'Blue', ['Zeppelin', ...tags]));
  await server.drop('pier.png', png(1));
  await server.drop('boat.png', png(2));
  await expect.poll(async () => (await found(server, 'tag=Zeppelin')).length).toBe(1);
  await openGallery(page);
  await page.getByRole('button', { name: 'Filter' }).click();
  const panel = page.getByRole('dialog', { name: 'Filter' });
  const wanted = panel.getByRole('searchbox', { name: 'Search all tags' });
  await wanted.fill('ZEPP');
  const zeppelin = panel.locator('.side-value').filter({ hasText: 'Zeppelin' });
  await expect(zeppelin).toContainText('1');
  await expect(panel.locator('.side-value').filter({ hasText: 'tag 01' })).toHaveCount(0);
  await wanted.fill('nothing like it');
  await expect(panel.getByRole('status').filter({ hasText: 'Nothing matches' })).toBeVisible();
  await wanted.press('Escape');
  await expect(panel.locator('.side-value').filter({ hasText: 'tag 01' })).toBeVisible();
  await expect(panel).toBeVisible();
  await wanted.fill('zepp');
  await zeppelin.click();
  await expect.poll(() => names(page)).toEqual(['pier.png']);
  await expect(zeppelin).toHaveAttribute('aria-current', 'true');
});

test('pictures stand in the order that is chosen, and cells say what people said', async ({ page, server }) => {
  await harbour(server);
  await openGallery(page);
  const order = page.getByRole('button', { name: 'Order' });
  await expect(order).toHaveText('Order: Newest first');
  await order.click();
  await page.getByRole('link', { name: 'Name, A to Z' }).click();
  await expect.poll(() => names(page)).toEqual(['boat 2.png', 'boat 10.png', 'pier.png', 'torn.png']);
  await expect(order).toHaveText('Order: Name, A to Z');
  await expect(heading(page)).toHaveText('All pictures');
  await order.click();
  await page.getByRole('link', { name: 'Best rated first' }).click();
  await expect.poll(async () => (await names(page)).slice(0, 2)).toEqual(['boat 2.png', 'pier.png']);
  await expect(cells(page).first().locator('.stars')).toContainText('5 stars');
  await expect(cells(page).nth(1).locator('.label')).toHaveAttribute('title', 'Label: Blue');
});

test('what begins to match comes in, and what ceases to match goes', async ({ page, server }) => {
  await harbour(server);
  await page.goto('/?q=boat&sort=name');
  await isLive(page);
  expect(await names(page)).toEqual(['boat 2.png', 'boat 10.png']);
  await server.drop('boat 7.png', png(7));
  await expect.poll(() => names(page)).toEqual(['boat 2.png', 'boat 7.png', 'boat 10.png']);
  await expect(count(page)).toHaveText('3 of 5 pictures');
  // what does not match changes only how many there are of all
  await server.drop('gull.png', png(8));
  await expect(count(page)).toHaveText('3 of 6 pictures');

  await page.goto('/?rating=4');
  await isLive(page);
  expect(await names(page)).toEqual(['boat 2.png']);
  await server.drop('boat 2.xmp', said(1, 'Red'));
  await expect(cells(page)).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await server.drop('pier.xmp', said(4, 'Blue'));
  await expect.poll(() => names(page)).toEqual(['pier.png']);
});

test('where nothing matches, it says so and leads back', async ({ page, server }) => {
  await harbour(server);
  await page.goto('/?q=zebra&type=raw');
  await isLive(page);
  await expect(page.getByText('“zebra” · RAW')).toBeVisible();
  await page.getByRole('link', { name: 'Show all pictures' }).click();
  await expect(cells(page)).toHaveCount(4);
});

test('folders and what needs attention are one click away', async ({ page, server }) => {
  await harbour(server);
  await openGallery(page);
  const places = page.getByRole('navigation', { name: 'Places' });
  await places.getByRole('link', { name: 'Needs attention' }).click();
  await expect.poll(() => names(page)).toEqual(['torn.png']);
  await expect(heading(page)).toHaveText('Needs attention');
  await places.locator('a.folder-name').click();
  await expect(cells(page)).toHaveCount(4);
  await expect(page.locator('.chip')).toHaveCount(1);
  await expect(places.locator('a.folder-name')).toHaveAttribute('aria-current', 'page');
});

test('a long result is scrolled to its end, and a picture in it is come back from', async ({ page, server }) => {
  await fill(server, 400);
  await expect.poll(async () => (await found(server, 'limit=1000')).length).toBe(400);
  await page.goto('/?q=old&sort=name');
  await isLive(page);
  const scroller = page.locator('main.gallery');
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(async () => (await names(page)).at(-1)).toBe('old-0399.png');
  await cells(page).last().click();
  await expect(page.locator('.viewer-name')).toHaveText('old-0399.png');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/\?q=old&sort=name/);
  await expect(cells(page).last()).toBeInViewport();
  // another view begins at its top
  await page.getByRole('link', { name: 'All pictures' }).first().click();
  await expect.poll(() => scroller.evaluate((element) => element.scrollTop)).toBe(0);
  await expect(count(page)).toHaveText('400 pictures');
});

test('what is found is turned through, and nothing else', async ({ page, server }) => {
  await harbour(server);
  await page.goto('/?rating=3&sort=name');
  await isLive(page);
  await cell(page, 'boat 2.png').click();
  await expect(page.locator('.viewer-place')).toHaveText('1 of 2');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.viewer-name')).toHaveText('pier.png');
  await expect(page.locator('.viewer-place')).toHaveText('2 of 2');
  await expect(page).toHaveURL(/\/pictures\/[^?]+\?rating=3&sort=name$/);
  await page.keyboard.press('ArrowRight');
  await page.reload();
  await isLive(page);
  await expect(page.locator('.viewer-name')).toHaveText('pier.png');
  await expect(page.getByRole('link', { name: 'Next picture' })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/?rating=3&sort=name');
  await expect.poll(() => names(page)).toEqual(['boat 2.png', 'pier.png']);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the form searches, and chips and orders are links', async ({ page, server, expectNoise }) => {
    // What would be fetched for scripts alone is what Chromium refuses to fetch here.
    expectNoise(/request: csp/, /preloaded using link preload but not used/);
    await harbour(server);
    await page.goto('/?rating=3&sort=name');
    expect(await names(page)).toEqual(['boat 2.png', 'pier.png']);
    // what scripts alone can count is not offered
    await expect(page.getByRole('button', { name: 'Filter' })).toBeHidden();
    await field(page).fill('pier');
    await field(page).press('Enter');
    expect(await names(page)).toEqual(['pier.png']);
    await page.locator('.chip').filter({ hasText: '3 stars and up' }).click();
    expect(await names(page)).toEqual(['pier.png']);
    await page.getByRole('link', { name: 'Clear the search' }).click();
    expect(await names(page)).toEqual(['boat 2.png', 'boat 10.png', 'pier.png', 'torn.png']);
    await page.getByRole('button', { name: 'Order' }).click();
    await page.getByRole('link', { name: 'Name, Z to A' }).click();
    expect(await names(page)).toEqual(['torn.png', 'pier.png', 'boat 10.png', 'boat 2.png']);
  });
});
