//! Sending pictures from the page, and what it says when that fails.

import { cells, expect, isOffline, isLive, isShown, names, openGallery, png, test, upload, type Page } from './scene';

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
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('2 pictures uploaded')).toBeHidden();
});

test('an upload that fails says why and is sent again on demand', async ({ page, expectNoise }) => {
  expectNoise(/status of 507/);
  await openGallery(page);
  const body = JSON.stringify({ Refused: 'The disk is full. Make room, then send it again.' });
  const full = { status: 507, headers: { serverfnerror: '/api/upload' }, body };
  await page.route('**/api/upload', (route) => route.fulfill(full), { times: 1 });
  await page.locator('header input[type=file]').setInputFiles(upload('late.png', 1));
  const line = page.locator('.tray-line', { hasText: 'late.png' });
  await expect(line).toContainText('The disk is full. Make room, then send it again.');
  expect(await cells(page).count()).toBe(0);
  await line.getByRole('button', { name: 'Retry' }).click();
  await isShown(page, 'late.png');
});

test('an upload that never arrives is sent again when the server is back', async ({ page, server, expectNoise }) => {
  expectNoise(/net::ERR_/);
  await openGallery(page);
  await server.kill();
  await isOffline(page);
  await page.locator('header input[type=file]').setInputFiles(upload('patient.png', 1));
  await expect(page.locator('.tray-line')).toContainText('Sent again as soon as it is back');
  await server.startAgain();
  await isLive(page);
  await isShown(page, 'patient.png');
  expect(await names(page)).toEqual(['patient.png']);
});
