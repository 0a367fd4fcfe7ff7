//! What draws the other screens comes after the gallery: before anybody wants it, late, or not at all.

import { Network } from './network';
import { SERVER_GONE, cells, expect, fill, isLive, isOffline, openGallery, test } from './scene';

const PROGRAM = '**/pkg/later-*.wasm';

test('it comes once, while nobody waits for it', async ({ page, server }) => {
  const [name] = await fill(server, 1);
  const asked: string[] = [];
  page.on('request', (request) => void (request.url().includes('/pkg/later-') && asked.push(request.url())));
  const come = page.waitForResponse(PROGRAM);
  await openGallery(page);
  await come;
  await cells(page).first().click();
  await expect(page.locator('.viewer-name')).toHaveText(name);
  await page.goBack();
  await page.getByRole('link', { name: 'Folders' }).first().click();
  await expect(page.getByRole('heading', { name: 'Folders', level: 1 })).toBeVisible();
  expect(asked).toHaveLength(1);
});

test('whoever is faster waits for it', async ({ page, server }) => {
  const [name] = await fill(server, 1);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(PROGRAM, async (route) => {
    await held;
    await route.continue();
  });
  await openGallery(page);
  await cells(page).first().click();
  await expect(page.getByText('Loading the picture…')).toBeAttached();
  release();
  await expect(page.locator('.viewer-name')).toHaveText(name);
  await page.goBack();
  await expect(cells(page)).toHaveCount(1);
});

test('without the network it is said, and it comes with the network', async ({ page, server, context, expectNoise }) => {
  expectNoise(SERVER_GONE, /net::ERR_(FAILED|INTERNET_DISCONNECTED)/, /Failed to fetch/);
  const [name] = await fill(server, 1);
  const network = await Network.to(server.address);
  await page.route(PROGRAM, (route) => route.abort());
  await page.goto(network.address);
  await isLive(page);
  network.cut();
  await context.setOffline(true);
  await isOffline(page);
  await page.unroute(PROGRAM);
  await cells(page).first().click();
  await expect(page.getByText('The server cannot be reached. It is tried again by itself.')).toBeVisible();
  network.mend();
  await context.setOffline(false);
  await expect(page.locator('.viewer-name')).toHaveText(name);
  network.close();
});

test('a server of another build has none that fits: the page says so and is loaded anew', async ({ page, server, expectNoise }) => {
  expectNoise(/status of 404/, /HTTP status code is not ok/);
  const [name] = await fill(server, 1);
  await page.route(PROGRAM, (route) => route.fulfill({ status: 404 }));
  await openGallery(page);
  await cells(page).first().click();
  await expect(page.getByText('The server was renewed since this page was loaded.')).toBeVisible();
  await page.unroute(PROGRAM);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.viewer-name')).toHaveText(name);
  await isLive(page);
});
