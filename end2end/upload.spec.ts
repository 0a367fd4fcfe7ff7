//! Sending pictures from the page, and what it says when that fails.

import {
  awayAnswer,
  cells,
  expect,
  holdProgram,
  isLive,
  isOffline,
  isShown,
  names,
  openGallery,
  png,
  test,
  upload,
  type Page,
} from './scene';

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

test('files dropped on the page are uploaded', async ({ page, server }) => {
  await openGallery(page);
  await dropOnPage(page, [
    { name: 'one.png', number: 1 },
    { name: 'two.png', number: 2 },
  ]);
  await expect(page.getByText('2 pictures uploaded')).toBeVisible();
  for (const name of ['one.png', 'two.png']) await isShown(page, name);
  expect((await server.images()).length).toBe(2);
  await page.locator('.tray').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('2 pictures uploaded')).toBeHidden();
});

test('an upload that fails says why and is sent again on demand', async ({ page, expectNoise }) => {
  expectNoise(/status of 507/);
  await openGallery(page);
  const body = JSON.stringify({ Refused: 'The disk is full. Make room, then try again.' });
  const full = { status: 507, headers: { serverfnerror: '/api/upload' }, body };
  await page.route('**/api/upload', (route) => route.fulfill(full), { times: 1 });
  await page.locator('header input[type=file]').setInputFiles(upload('late.png', 1));
  const line = page.locator('.tray-line', { hasText: 'late.png' });
  await expect(line).toContainText('The disk is full. Make room, then try again.');
  expect(await cells(page).count()).toBe(0);
  await line.getByRole('button', { name: 'Try again' }).click();
  await isShown(page, 'late.png');
});

test('an upload that finds the database away is sent again by itself', async ({ page, expectNoise }) => {
  expectNoise(/status of 503/);
  await openGallery(page);
  await page.route('**/api/upload', (route) => route.fulfill(awayAnswer('/api/upload')), { times: 1 });
  await page.locator('header input[type=file]').setInputFiles(upload('patient.png', 1));
  await expect(page.locator('.tray-line')).toContainText('It is tried again by itself');
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  await isShown(page, 'patient.png');
});

test('an upload whose answer is lost is sent again and kept once', async ({ page, server }) => {
  await page.addInitScript(() => {
    const send = window.fetch;
    let lost = 0;
    window.fetch = async (...request) => {
      const answer = await send(...request);
      const { pathname } = new URL(answer.url);
      if (pathname === '/api/upload' && lost++ === 0) throw new TypeError('Failed to fetch');
      return answer;
    };
  });
  await openGallery(page);
  await page.locator('header input[type=file]').setInputFiles(upload('once.png', 1));
  await expect(page.locator('.tray-line')).toContainText('It is tried again by itself');
  await expect(page.getByText('1 picture uploaded')).toBeVisible();
  expect((await server.images()).map((image) => image.filename)).toEqual(['once.png']);
});

test('files chosen before the page is awake are uploaded when it is', async ({ page }) => {
  const release = await holdProgram(page);
  await page.goto('/');
  await page.locator('header input[type=file]').setInputFiles(upload('early.png', 1));
  release();
  await isShown(page, 'early.png');
});

test('a picture can be pasted, also right after the upload button was used', async ({ page }) => {
  await openGallery(page);
  await page.locator('header input[type=file]').focus();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
    document.activeElement!.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, png(1).toString('base64'));
  await isShown(page, 'pasted.png');
});

test('a folder that is dropped is not passed over in silence', async ({ page }) => {
  await openGallery(page);
  await page.evaluate(() => {
    const folder = { isDirectory: true } as FileSystemEntry;
    DataTransferItem.prototype.webkitGetAsEntry = () => folder;
  });
  await dropOnPage(page, [{ name: 'trip', number: 1 }]);
  await expect(page.getByText('Folders cannot be dropped yet')).toBeVisible();
  await expect(page.locator('.tray')).toBeHidden();
});

test('an upload that never arrives is sent again when the server is back', async ({ page, server, expectNoise }) => {
  expectNoise(/net::ERR_/);
  // what lists uploads comes while the browser is idle
  const later = page.waitForResponse('**/pkg/later-*.wasm');
  await openGallery(page);
  await (await later).finished();
  await server.kill();
  await isOffline(page);
  await page.locator('header input[type=file]').setInputFiles(upload('patient.png', 1));
  await expect(page.locator('.tray-line')).toContainText('It is tried again by itself');
  await server.startAgain();
  await isLive(page);
  await isShown(page, 'patient.png');
  expect(await names(page)).toEqual(['patient.png']);
});
