//! Sending pictures from the page, and what it says when that fails.

import type { BrowserContext, Route } from '@playwright/test';
import { Network } from './network';
import {
  cells,
  expect,
  holdProgram,
  isLive,
  isOffline,
  isShown,
  keptUploads,
  names,
  openGallery,
  png,
  sentBytes,
  SERVER_GONE,
  slowDown,
  test,
  tusAnswer,
  upload,
  type Page,
} from './scene';

const MB = 1_000_000;

/** Paths on the reader's disk, or files that lie on none. */
function choose(page: Page, ...files: string[] | ReturnType<typeof upload>[]): Promise<void> {
  return page.locator('header input[name=file]').setInputFiles(files);
}

function tray(page: Page) {
  return page.locator('.tray');
}

function line(page: Page, name: string) {
  return page.locator('.tray-line', { hasText: name });
}

/** What a browser does when somebody drops files on the page. */
async function dropOnPage(page: Page, files: { name: string; number: number }[]): Promise<void> {
  const sent = files.map(({ name, number }) => ({ name, text: png(number).toString('base64') }));
  await page.evaluate((sent) => {
    const data = new DataTransfer();
    for (const { name, text } of sent) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/png' }));
    }
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, sent);
}

/** A real drag of what lies on the disk, as the system's file manager makes it. */
async function dragFromDisk(page: Page, context: BrowserContext, paths: string[]): Promise<void> {
  const session = await context.newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  }
}

test('files dropped on the page are uploaded', async ({ page, server }) => {
  await openGallery(page);
  await dropOnPage(page, [
    { name: 'one.png', number: 1 },
    { name: 'two.png', number: 2 },
  ]);
  await expect(page.getByText('2 pictures uploaded')).toBeVisible();
  for (const name of ['one.png', 'two.png']) await isShown(page, name);
  expect((await server.images()).length).toBe(2);
  await tray(page).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('2 pictures uploaded')).toBeHidden();
});

test('a folder that is dropped keeps its folders, and leaves what systems put there', async ({ page, context, server, disk }) => {
  await disk.write('trip/first.png', png(1));
  await disk.write('trip/day 2/evening/second.png', png(2));
  await disk.write('trip/day 2/.DS_Store', Buffer.from('no picture'));
  await disk.write('alone.png', png(3));
  await openGallery(page);
  await dragFromDisk(page, context, [disk.path('trip'), disk.path('alone.png')]);
  await expect(page.getByText('3 pictures uploaded')).toBeVisible();
  for (const name of ['first.png', 'second.png', 'alone.png']) await isShown(page, name);
  expect(await server.files()).toEqual(['alone.png', 'trip/day 2/evening/second.png', 'trip/first.png']);
});

test('a folder can be chosen by its own button', async ({ page, server, disk }) => {
  await disk.write('trip/first.png', png(1));
  await disk.write('trip/day 2/second.png', png(2));
  await disk.write('trip/day 2/.hidden/third.png', png(3));
  await openGallery(page);
  await page.locator('header').getByLabel('Upload a folder').setInputFiles(disk.path('trip'));
  await expect(page.getByText('2 pictures uploaded')).toBeVisible();
  expect(await server.files()).toEqual(['trip/day 2/second.png', 'trip/first.png']);
});

test('a picture can be pasted, also right after the upload button was used', async ({ page }) => {
  await openGallery(page);
  await page.locator('header input[name=file]').focus();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
    document.activeElement!.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, png(1).toString('base64'));
  await isShown(page, 'pasted.png');
});

test('files chosen before the page is awake are uploaded when it is', async ({ page }) => {
  const release = await holdProgram(page);
  await page.goto('/');
  await choose(page, upload('early.png', 1));
  release();
  await isShown(page, 'early.png');
});

test('what is here already is not sent, and leads to its picture', async ({ page, server, expectNoise }) => {
  expectNoise(/Autofocus processing was blocked/);
  await openGallery(page);
  await choose(page, upload('first.png', 1));
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  await isShown(page, 'first.png');
  const begun: string[] = [];
  page.on('request', (request) => void (request.method() === 'POST' && request.url().endsWith('/uploads') && begun.push(request.url())));
  await choose(page, upload('again.png', 1), upload('new.png', 2));
  await expect(page.getByText('1 picture uploaded, 1 was here already')).toBeVisible();
  expect(begun).toHaveLength(1);
  await expect(line(page, 'again.png')).toContainText('Already here.');
  await line(page, 'again.png').getByRole('link', { name: 'Show it' }).click();
  await expect(page.locator('.viewer-name')).toHaveText('first.png');
  expect(await server.files()).toEqual(['first.png', 'new.png']);
});

test('an upload is paused, goes on, and is cancelled', async ({ page, server, disk }) => {
  await disk.writeLarge('large.png', 40 * MB);
  await disk.writeLarge('other.png', 40 * MB, 2);
  await openGallery(page);
  await slowDown(page, 8 * MB);
  await choose(page, disk.path('large.png'), disk.path('other.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [1-9]\d?%/);
  await expect(tray(page)).toContainText(/0 of 2 · .* MB of 80\.0 MB · .*\/s · .* left/);
  await tray(page).getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Uploads are paused')).toBeVisible();
  await expect(line(page, 'large.png')).toContainText(/Paused at \d+%/);

  await line(page, 'other.png').getByRole('button', { name: 'Cancel other.png' }).click();
  await expect(line(page, 'other.png')).toBeHidden();
  await slowDown(page, -1);
  await tray(page).getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  await isShown(page, 'large.png');
  expect(await server.files()).toEqual(['large.png']);
});

test('all that is not sent yet is cancelled at once', async ({ page, server }) => {
  await openGallery(page);
  await page.route('**/uploads', () => {});
  await choose(page, ...Array.from({ length: 9 }, (_, number) => upload(`file ${number}.png`, number)));
  await expect(page.getByText('Uploading 9 pictures')).toBeVisible();
  await tray(page).getByRole('button', { name: 'Cancel all' }).click();
  await expect(tray(page)).toBeHidden();
  expect(await server.files()).toEqual([]);
});

test('an upload that is refused says why and is sent again on demand', async ({ page, expectNoise }) => {
  expectNoise(/status of 413/);
  await openGallery(page);
  const refused = tusAnswer(413, 'A file may have 1 GiB at most.');
  await page.route('**/uploads', (route) => route.fulfill(refused), { times: 1 });
  await choose(page, upload('late.png', 1));
  await expect(line(page, 'late.png')).toContainText('A file may have 1 GiB at most.');
  await expect(page.getByText('0 of 1 uploaded, 1 not')).toBeVisible();
  expect(await cells(page).count()).toBe(0);
  await line(page, 'late.png').getByRole('button', { name: 'Try again' }).click();
  await isShown(page, 'late.png');
});

test('all that failed is sent again at once', async ({ page, expectNoise }) => {
  expectNoise(/status of 400/);
  await openGallery(page);
  await page.route('**/uploads', (route) => route.fulfill(tusAnswer(400, 'Not now.')), { times: 3 });
  await choose(page, upload('one.png', 1), upload('two.png', 2), upload('three.png', 3));
  await expect(page.getByText('0 of 3 uploaded, 3 not')).toBeVisible();
  await tray(page).getByRole('button', { name: 'Retry failed' }).click();
  await expect(page.getByText('3 pictures uploaded')).toBeVisible();
});

for (const [status, sentence] of [
  [507, 'The disk is full. Make room; nothing is lost.'],
  [503, 'The database is away.'],
] as const) {
  test(`an upload that is answered ${status} says so and is sent again by itself`, async ({ page, expectNoise }) => {
    expectNoise(new RegExp(`status of ${status}`));
    await openGallery(page);
    await page.route('**/uploads', (route) => route.fulfill(tusAnswer(status, sentence)), { times: 2 });
    await choose(page, upload('patient.png', 1));
    await expect(line(page, 'patient.png')).toContainText(`${sentence} It is tried again by itself.`);
    await expect(page.getByText('1 picture uploaded')).toBeVisible();
    await isShown(page, 'patient.png');
  });
}

test('an upload whose answer is lost is sent again and kept once', async ({ page, server, expectNoise }) => {
  expectNoise(/net::ERR_FAILED/);
  await openGallery(page);
  const arrive = async (route: Route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route('**/uploads', arrive, { times: 1 });
  const sent = sentBytes(page);
  await choose(page, upload('once.png', 1));
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  expect(sent().creations).toBe(2);
  expect((await server.images()).map((image) => image.filename)).toEqual(['once.png']);
});

test('an upload that never arrives is sent again when the server is back', async ({ page, server, expectNoise }) => {
  expectNoise(/net::ERR_/);
  // what sends uploads comes while the browser is idle
  const later = page.waitForResponse('**/pkg/later-*.wasm');
  await openGallery(page);
  await (await later).finished();
  await server.kill();
  await isOffline(page);
  await choose(page, upload('patient.png', 1));
  await expect(line(page, 'patient.png')).toContainText('It is tried again by itself');
  await server.startAgain();
  await isLive(page);
  await isShown(page, 'patient.png');
  expect(await names(page)).toEqual(['patient.png']);
});

test('a large file goes on where it was when the server comes back', async ({ page, server, disk, expectNoise }) => {
  expectNoise(SERVER_GONE, /net::ERR_/, /status of 409/);
  await disk.writeLarge('large.png', 60 * MB);
  await openGallery(page);
  const sent = sentBytes(page);
  await slowDown(page, 10 * MB);
  await choose(page, disk.path('large.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [3-6]\d%/);
  await server.kill();
  await isOffline(page);
  await slowDown(page, -1);
  await server.startAgain();
  await isLive(page);
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  const { creations, offsets } = sent();
  expect(creations).toBe(1);
  expect(Math.max(...offsets)).toBeGreaterThan(10 * MB);
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
  expect(await server.size('large.png')).toBe(60 * MB);
});

test('without a network uploads wait, and go on with it', async ({ page, server, disk, expectNoise }) => {
  expectNoise(SERVER_GONE, /net::ERR_/, /Failed to fetch/, /status of 409/);
  await disk.writeLarge('large.png', 40 * MB);
  const network = await Network.to(server.address);
  const sent = sentBytes(page);
  await page.goto(network.address);
  await isLive(page);
  await slowDown(page, 10 * MB);
  await choose(page, disk.path('large.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [2-6]\d%/);
  network.cut();
  await expect(page.getByText('Waiting for the server…')).toBeVisible();
  await expect(line(page, 'large.png')).toContainText('The server cannot be reached. It is tried again by itself.');
  network.mend();
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  expect(sent().creations).toBe(1);
  network.close();
});

test('a tab that is closed in the middle: the next one goes on where it was', async ({ page, context, server, disk }) => {
  await disk.writeLarge('large.png', 60 * MB);
  // a handle that the browser lets be read again without a word: to press its own dialog is no page's
  await context.route('**/large.png', (route) => route.fulfill({ path: disk.path('large.png') }));
  await context.addInitScript(() => {
    const showOpenFilePicker = async () => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle('large.png', { create: true });
      const writing = await handle.createWritable();
      await (await fetch('/large.png')).body!.pipeTo(writing);
      return [handle];
    };
    Object.assign(window, { showOpenFilePicker });
  });
  await openGallery(page);
  await slowDown(page, 6 * MB);
  await page.locator('header label.button:not(.upload-folder)').click();
  await expect(line(page, 'large.png')).toContainText(/Uploading, [4-8]\d%/);
  await page.close();

  const next = await context.newPage();
  const sent = sentBytes(next);
  await openGallery(next);
  await expect(next.getByText('1 picture uploaded')).toBeVisible();
  expect(sent().creations).toBe(0);
  expect(Math.min(...sent().offsets)).toBeGreaterThan(10 * MB);
  expect(await server.files()).toEqual(['large.png']);
});

test('a folder whose tab was closed is dropped again and goes on', async ({ page, context, server, disk }) => {
  await disk.writeLarge('trip/large.png', 60 * MB);
  await disk.write('trip/small.png', png(2));
  await openGallery(page);
  await slowDown(page, 6 * MB);
  await dragFromDisk(page, context, [disk.path('trip')]);
  await expect(line(page, 'large.png')).toContainText(/Uploading, [4-8]\d%/);
  await page.close();

  const next = await context.newPage();
  const sent = sentBytes(next);
  await openGallery(next);
  await expect(next.getByText('1 upload was not finished')).toBeVisible();
  await expect(tray(next).getByRole('button', { name: 'Go on' })).toBeVisible();
  await dragFromDisk(next, context, [disk.path('trip')]);
  await expect(next.getByText('1 picture uploaded, 1 was here already')).toBeVisible();
  expect(sent().creations).toBe(0);
  expect(Math.min(...sent().offsets)).toBeGreaterThan(10 * MB);
  expect(await server.files()).toEqual(['trip/large.png', 'trip/small.png']);
});

test('what was chosen without a handle is chosen again after the tab was closed, and goes on', async ({ page, context, server, disk }) => {
  await disk.writeLarge('large.png', 60 * MB);
  await openGallery(page);
  await slowDown(page, 6 * MB);
  await choose(page, disk.path('large.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [4-8]\d%/);
  await page.close();

  const next = await context.newPage();
  const sent = sentBytes(next);
  await openGallery(next);
  await expect(next.getByText('1 upload was not finished')).toBeVisible();
  await tray(next).locator('input[type=file]').setInputFiles(disk.path('large.png'));
  await expect(next.getByText('1 picture uploaded')).toBeVisible();
  const { creations, offsets } = sent();
  expect(creations).toBe(0);
  expect(Math.min(...offsets)).toBeGreaterThan(10 * MB);
  expect(await server.files()).toEqual(['large.png']);
});

test('what was left behind can be forgotten', async ({ page, context, disk }) => {
  await disk.writeLarge('large.png', 60 * MB);
  await openGallery(page);
  await slowDown(page, 6 * MB);
  await choose(page, disk.path('large.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [4-8]\d%/);
  await page.close();

  const next = await context.newPage();
  await openGallery(next);
  await tray(next).getByRole('button', { name: 'Forget' }).click();
  await expect(tray(next)).toBeHidden();
  await expect.poll(() => keptUploads(next)).toBe(0);
  await next.reload();
  await isLive(next);
  await expect(tray(next)).toBeHidden();
});

test('two tabs do not work on the same uploads', async ({ page, context, disk }) => {
  await disk.writeLarge('large.png', 60 * MB);
  await openGallery(page);
  await slowDown(page, 6 * MB);
  await choose(page, disk.path('large.png'));
  await expect(line(page, 'large.png')).toContainText(/Uploading, [1-9]\d?%/);
  const other = await context.newPage();
  const later = other.waitForResponse('**/pkg/later-*.wasm');
  await openGallery(other);
  await (await later).finished();
  await expect(line(page, 'large.png')).toContainText(/Uploading, [3-9]\d%/);
  await expect(tray(other)).toBeHidden();
});

test('ten thousand files in one drop: few are drawn, and the page can be used', async ({ page, context, disk }) => {
  test.slow();
  const content = png(1);
  await disk.fill('many', 10_000, content);
  await openGallery(page);
  // the server is none of it
  await page.route('**/uploads', () => {});
  await page.evaluate(() => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
    Object.assign(window, { tasks });
  });
  await dragFromDisk(page, context, [disk.path('many')]);
  await expect(page.getByText('Uploading 10,000 pictures')).toBeVisible({ timeout: 60_000 });
  expect(await page.locator('.tray-line').count()).toBeLessThan(70);
  await page.getByRole('searchbox').fill('typed meanwhile');
  await expect(page.getByRole('searchbox')).toHaveValue('typed meanwhile');
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  test.info().annotations.push({ type: 'longest task', description: `${Math.max(0, ...tasks)} ms` });
  await tray(page).getByRole('button', { name: 'Cancel all' }).click();
  await expect(tray(page)).toBeHidden();
});
