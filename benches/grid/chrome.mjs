// Chromium by its own protocol, through a pipe. Asks it for nothing but input and answers: what listens to every request, as tools for
// tests do, takes the main thread longer than the page itself.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars', '--enable-precise-memory-info',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--remote-debugging-pipe',
];

export class Chrome {
  #process;
  #profile;
  #number = 0;
  #waiting = new Map();

  static async start() {
    const chrome = new Chrome();
    chrome.#profile = await mkdtemp(join(tmpdir(), 'pixelsync-bench-'));
    const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const flags = [...FLAGS, `--user-data-dir=${chrome.#profile}`];
    chrome.#process = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    let rest = '';
    chrome.#process.stdio[4].setEncoding('utf8').on('data', (chunk) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop();
      for (const message of messages) chrome.#hear(JSON.parse(message));
    });
    return chrome;
  }

  #hear({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = (this.#number += 1);
    this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** A browser of its own, which has seen nothing. `first` runs in it before anything of the page does. */
  async open(address, first) {
    const { browserContextId } = await this.send('Target.createBrowserContext');
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId, width: 1440, height: 900 });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page((method, params) => this.send(method, params, sessionId));
    page.close = () => this.send('Target.disposeBrowserContext', { browserContextId });
    await page.send('Page.enable');
    await page.send('Emulation.setDeviceMetricsOverride', { width: 1440, height: 900, deviceScaleFactor: 1, mobile: false });
    await page.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${first})()` });
    await page.goTo(address);
    return page;
  }

  async end() {
    await this.send('Browser.close').catch(() => undefined);
    this.#process.kill('SIGKILL');
    await pause(200);
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(send) {
    this.send = send;
  }

  async goTo(address) {
    await this.send('Page.navigate', { url: address });
  }

  async ask(question, ...given) {
    const expression = `(${question})(${given.map((value) => JSON.stringify(value)).join(', ')})`;
    const answer = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    return answer.result.value;
  }

  async until(question, ...given) {
    // while a page is exchanged for another one there is nobody to ask
    while (!(await this.ask(question, ...given).catch(() => false))) await pause(20);
  }

  /** Not waited for: who scrolls does not wait for the page either. */
  point(type, x, y, more = {}) {
    return this.send('Input.dispatchMouseEvent', { type, x, y, ...more });
  }
}
