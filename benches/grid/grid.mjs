// A browser at a grid of very many pictures: how soon it is awake, what its main thread does while it is scrolled, and how soon
// the next picture is there. Knows nothing of goals.

import { setTimeout as pause } from 'node:timers/promises';

import { Chrome } from './chrome.mjs';

const [address] = process.argv.slice(2);
const COLD_STARTS = 5;
const TURNS = 30;

const chrome = await Chrome.start();

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
    // what this frame draws is drawn when all have had their turn
    if (window.looking) setTimeout(() => probe(now));
    requestAnimationFrame(look);
  };
  const probe = (now) => {
    const points = [[0.35, 0.3], [0.55, 0.5], [0.75, 0.7]];
    const any = points.some(([x, y]) => document.elementFromPoint(innerWidth * x, innerHeight * y)?.closest('a.cell'));
    if (any) emptySince = undefined;
    else noted.empty = Math.max(noted.empty, now - (emptySince ??= now));
  };
  requestAnimationFrame(look);
}

const isLaid = () => !!document.querySelector('.grid[data-laid] a.cell') && !!document.querySelector('[data-state="live"]');

async function open() {
  const page = await chrome.open(address, watch);
  await page.until(isLaid);
  await page.until(() => window.noted.first && window.noted.awake);
  return page;
}

const noted = (page) => page.ask(() => window.noted);
const begin = (page) => page.ask(() => void (Object.assign(window.noted, { longest: 0, empty: 0 }), (window.looking = true)));
const heap = async (page) => {
  await page.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await page.send('Runtime.getHeapUsage');
  return (usedSize + backingStorageSize) / 1e6;
};

const awake = [], first = [];
for (let start = 0; start < COLD_STARTS; start += 1) {
  const page = await open();
  const { awake: at, first: seen } = await noted(page);
  awake.push(at);
  first.push(seen);
  await page.close();
}

/** At the top and at rest, in the page that it was before. */
async function heapAtTop(page) {
  await page.ask(() => document.querySelector('main.gallery').scrollTo(0, 0));
  await page.until(() => document.querySelector('.grid')?.dataset.start === '0');
  await pause(1_500);
  return heap(page);
}

const page = await open();
await pause(1_000);
const heapBefore = await heapAtTop(page);

await begin(page);
// nobody who scrolls waits for the page
let sent = [];
for (let turn = 0; turn < 300; turn += 1) {
  sent.push(page.point('mouseWheel', 700, 500, { deltaX: 0, deltaY: turn < 200 ? 700 : 2_400 }));
  await pause(16);
}
await Promise.all(sent);
await pause(500);
const byWheel = await noted(page);
const grownByWheel = (await heapAtTop(page)) - heapBefore;

// the strip of dates leads all over ten years
await page.goTo(`${address}?sort=taken`);
await page.until(isLaid);
await page.until(() => !!document.querySelector('.scrub'));
await pause(1_000);
const strip = await page.ask(() => {
  const { x, y, height } = document.querySelector('.scrub').getBoundingClientRect();
  return { x: x + 20, y: y + 4, height: height - 8 };
});
const heapBeforeStrip = await heapAtTop(page);
await begin(page);
sent = [page.point('mousePressed', strip.x, strip.y, { button: 'left', buttons: 1, clickCount: 1 })];
for (let step = 0; step <= 240; step += 1) {
  const part = step <= 120 ? step / 120 : ((step * 37) % 101) / 101;
  sent.push(page.point('mouseMoved', strip.x, strip.y + part * strip.height, { button: 'left', buttons: 1 }));
  await pause(16);
}
sent.push(page.point('mouseReleased', strip.x, strip.y, { button: 'left', clickCount: 1 }));
await Promise.all(sent);
await pause(1_000);
const byStrip = await noted(page);
const grownByStrip = (await heapAtTop(page)) - heapBeforeStrip;
await page.goTo(address);
await page.until(isLaid);
await pause(1_500);

await page.ask(() => document.querySelectorAll('a.cell')[3].click());
await page.until(() => !!document.querySelector('.stage img'));
await pause(1_500);
const turns = await page.ask(async (count) => {
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

await chrome.end();
console.log(
  JSON.stringify({
    awake,
    first_picture: first,
    wheel_task: byWheel.longest,
    scrub_task: byStrip.longest,
    wheel_empty: byWheel.empty,
    scrub_empty: byStrip.empty,
    heap_before: heapBefore,
    heap_grown: Math.max(grownByWheel, grownByStrip),
    turns,
  }),
);
