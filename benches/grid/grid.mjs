// A browser at a grid of very many pictures: how soon it is awake, what its main thread does while it is scrolled, and how soon
// the next picture is there. Knows nothing of goals.

import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const { chromium } = createRequire(new URL('../../end2end/', import.meta.url))('@playwright/test');

const [address] = process.argv.slice(2);
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--enable-precise-memory-info',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const COLD_STARTS = 5;
const TURNS = 30;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** Runs in the page, before anything of it: notes when it is awake, long tasks, and frames without a picture. */
function watch() {
  const noted = (window.noted = { longest: 0, empty: 0 });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) noted.longest = Math.max(noted.longest, task.duration);
  }).observe({ type: 'longtask', buffered: true });
  let emptySince;
  const look = (now) => {
    if (document.querySelector('.grid[data-laid]')) noted.awake ??= performance.now();
    const image = document.querySelector('a.cell img');
    if (image?.complete && image.naturalWidth) noted.first ??= performance.now();
    if (window.looking) {
      const down = [0.3, 0.5, 0.7].map((part) => innerHeight * part);
      const across = [0.35, 0.55, 0.75].map((part) => innerWidth * part);
      const any = down.some((y) => across.some((x) => document.elementsFromPoint(x, y).some((hit) => hit.matches('a.cell'))));
      if (any) emptySince = undefined;
      else noted.empty = Math.max(noted.empty, now - (emptySince ??= now));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function open() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(address);
  await page.locator('[data-state="live"]').first().waitFor();
  await page.waitForFunction(() => window.noted.first && window.noted.awake);
  return page;
}

const noted = (page) => page.evaluate(() => window.noted);
const begin = (page) => page.evaluate(() => Object.assign(window.noted, { longest: 0, empty: 0 }) && (window.looking = true));
const heap = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
  return (usedSize + backingStorageSize) / 1e6;
};

const awake = [], first = [];
for (let start = 0; start < COLD_STARTS; start += 1) {
  const page = await open();
  const { awake: at, first: seen } = await noted(page);
  awake.push(at);
  first.push(seen);
  await page.context().close();
}

const page = await open();
await pause(1_000);
const heapBefore = await heap(page);

await begin(page);
await page.mouse.move(700, 500);
for (let turn = 0; turn < 300; turn += 1) {
  await page.mouse.wheel(0, turn < 200 ? 700 : 2_400);
  await pause(16);
}
await pause(500);
const byWheel = await noted(page);

// the strip of dates is there in the order of taking
await page.goto(`${address}?sort=taken`);
await page.locator('.scrub').waitFor();
await pause(1_000);
const strip = await page.locator('.scrub').boundingBox();
await begin(page);
await page.mouse.move(strip.x + 20, strip.y + 4);
await page.mouse.down();
for (let step = 0; step <= 240; step += 1) {
  const part = step <= 120 ? step / 120 : ((step * 37) % 101) / 101;
  await page.mouse.move(strip.x + 20, strip.y + 4 + part * (strip.height - 8));
  await pause(16);
}
await page.mouse.up();
await pause(1_000);
const byStrip = await noted(page);
await page.goto(address);
await pause(1_500);
const heapAfter = await heap(page);

await page.locator('a.cell').nth(3).click();
await page.locator('.stage img').first().waitFor();
await pause(1_500);
const turns = await page.evaluate(async (count) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const shown = () => [...document.querySelectorAll('.stage img')].find((image) => image.complete && image.naturalWidth)?.currentSrc;
  const times = [];
  for (let turn = 0; turn < count; turn += 1) {
    const before = location.pathname;
    const begun = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    for (;;) {
      const id = location.pathname.split('/').at(-1);
      if (location.pathname !== before && shown()?.includes(id)) break;
      await frame();
    }
    times.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 250));
  }
  return times;
}, TURNS);

await browser.close();
console.log(
  JSON.stringify({
    awake,
    first_picture: first,
    wheel_task: byWheel.longest,
    scrub_task: byStrip.longest,
    wheel_empty: byWheel.empty,
    scrub_empty: byStrip.empty,
    heap_before: heapBefore,
    heap_after: heapAfter,
    turns,
  }),
);
