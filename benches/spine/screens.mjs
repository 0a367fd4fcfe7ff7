// Two tabs of two browsers look at the gallery while files arrive, and say when each card stood in their page.
// Knows nothing of goals.

import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const { chromium } = createRequire(new URL('../../end2end/', import.meta.url))('@playwright/test');

const [address, pictures, files] = process.argv.slice(2);
const FILES = 50;
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** A page in a browser context of its own that notes when each card came. */
async function watcher() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.cards = {};
    const note = () => {
      for (const image of document.querySelectorAll('[data-id] img[alt]')) window.cards[image.alt] ??= Date.now();
    };
    new MutationObserver(note).observe(document, { childList: true, subtree: true, attributes: true });
  });
  await page.goto(address);
  await page.locator('[data-state="live"]').first().waitFor();
  return page;
}

const seen = (page, name) => page.waitForFunction((name) => window.cards[name], name).then((value) => value.jsonValue());
const name = (number) => `${String(number).padStart(3, '0')}.jpg`;
const breath = () => pause(80 + Math.random() * 200);

const [sender, other] = [await watcher(), await watcher()];

const dropped = [];
for (let number = 0; number < FILES; number += 1) {
  await breath();
  const begun = Date.now();
  await copyFile(join(files, name(number)), join(pictures, name(number)));
  dropped.push((await seen(other, name(number))) - begun);
}

const uploaded = [];
for (let number = FILES; number < 2 * FILES; number += 1) {
  await breath();
  const input = sender.locator('input[type=file]').first();
  const begun = Date.now();
  await input.setInputFiles(join(files, name(number)));
  uploaded.push((await seen(other, name(number))) - begun);
}

await browser.close();
console.log(JSON.stringify({ dropped, uploaded }));
