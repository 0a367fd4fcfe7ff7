//! The server, its database or the network goes away and comes back, while the page stays open.

import { Network } from './network';
import {
  SERVER_GONE,
  cells,
  expect,
  fill,
  isLive,
  isOffline,
  names,
  openGallery,
  png,
  tagCells,
  taggedCells,
  test,
} from './scene';

test('a killed server: offline, then live again with what was missed', async ({ page, server, noise, expectNoise }) => {
  expectNoise(SERVER_GONE);
  const old = await fill(server, 12);
  await openGallery(page);
  await tagCells(page);

  await server.kill();
  await isOffline(page);
  // Long enough that the pauses between attempts are as long as they get.
  const attempts = () => noise.heard.filter((text) => text.includes('request: net::ERR_CONNECTION_REFUSED')).length;
  await expect.poll(attempts).toBeGreaterThan(4);
  expect(await cells(page).count()).toBe(old.length);
  const missed = Array.from({ length: 8 }, (_, number) => `missed-${number}.png`);
  await Promise.all(missed.slice(0, 4).map((name, number) => server.drop(name, png(number))));
  const started = server.startAgain();
  await Promise.all(missed.slice(4).map((name, number) => server.drop(name, png(4 + number))));
  await started;
  await expect.poll(() => server.isHealthy(), { intervals: [10] }).toBe(true);
  const healthy = Date.now();
  await expect.poll(() => page.locator('.live').textContent(), { intervals: [10] }).toBe('Live');
  console.log(`live again ${Date.now() - healthy} ms after the server`);

  await expect(cells(page)).toHaveCount(old.length + missed.length);
  expect((await names(page)).toSorted()).toEqual([...old, ...missed].toSorted());
  expect(await taggedCells(page)).toBe(old.length);
});

test('PostgreSQL dies: open pages go on, and one that is opened meanwhile shows itself', async ({
  page,
  context,
  server,
  expectNoise,
}) => {
  expectNoise(/status of 503/, SERVER_GONE);
  const old = await fill(server, 12);
  await openGallery(page);
  await tagCells(page);
  const other = await context.newPage();
  await server.killPostgres();
  await other.goto('/');
  await server.drop('meanwhile.png', png(1));
  for (const each of [page, other]) {
    await expect(cells(each)).toHaveCount(old.length + 1);
    await isLive(each);
  }
  expect(await taggedCells(page)).toBe(old.length);
});

test('no network: what is shown stays, and what was missed comes with it', async ({ page, context, server, expectNoise }) => {
  expectNoise(SERVER_GONE, /net::ERR_INTERNET_DISCONNECTED/);
  const old = await fill(server, 12);
  const network = await Network.to(server.address);
  await page.goto(network.address);
  await isLive(page);
  await tagCells(page);

  network.cut();
  await context.setOffline(true);
  await isOffline(page);
  await server.drop('missed.png', png(1));
  await expect.poll(async () => (await server.images()).length).toBe(old.length + 1);
  expect(await taggedCells(page)).toBe(old.length);

  network.mend();
  await context.setOffline(false);
  await isLive(page);
  await expect(cells(page)).toHaveCount(old.length + 1);
  expect(await taggedCells(page)).toBe(old.length);
  network.close();
});
