// A browser's own download of what lies at an address, saved under a name.

import { copyFile } from 'node:fs/promises';

import { chromium } from '../../end2end/node_modules/@playwright/test/index.mjs';

const [url, to] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
await page.goto(new URL('/', url).href);
const link = (url) => {
  const anchor = document.createElement('a');
  anchor.href = url;
  document.body.append(anchor);
  anchor.click();
};
const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(link, url)]);
await copyFile(await download.path(), to);
await browser.close();
