//! Two hundred uploads, half of them from a page and half from a folder agent, while the server, the agent and the browser are killed
//! at random moments: what was acknowledged is there once and whole, nothing half is ever seen, and nothing is left behind.

import { chromium, type Page } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, isLive, keptUploads, slowDown, test, type Disk, type Server } from './scene';
import { largePng } from './pixels';

const BY_EACH = 100;
/** In each of them all three are killed once. */
const ROUNDS = 3;
const KB = 1_000;
const SMALL = 30 * KB;
/** So many that some are killed in the middle of one. */
const LARGE = 1_200 * KB;
const A_SECOND = 2_000 * KB;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Real Chromium with a profile that outlives it, which is killed as a power cut does it. */
class Reader {
  #process?: ChildProcess;
  #profile = '';
  page!: Page;
  /** What the page was told to be kept, by its id. */
  acknowledged = new Set<string>();

  constructor(readonly disk: Disk) {}

  async start(address: string): Promise<void> {
    this.#profile ||= await mkdtemp(join(tmpdir(), 'pixelsync-profile-'));
    const { executablePath, args } = test.info().project.use.launchOptions!;
    const words = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${this.#profile}`, 'about:blank'];
    // with a group of its own, so that no part of it outlives it
    this.#process = spawn(executablePath!, [...args!, ...words], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    const browser = await chromium.connectOverCDP(await debuggerOf(this.#process));
    this.page = await browser.contexts()[0].newPage();
    await this.page.route('**/chosen/*', (route) => route.fulfill({ path: this.disk.path(new URL(route.request().url()).pathname) }));
    await this.page.addInitScript(pickFromOwnFolder);
    this.page.on('response', (response) => {
      const image = response.headers()['pixelsync-image'];
      if (image) this.acknowledged.add(image);
    });
    await this.page.goto(address);
    await isLive(this.page);
    await slowDown(this.page, A_SECOND);
  }

  async kill(): Promise<void> {
    await end(this.#process, true);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where it listens to whoever debugs it, which it says when it is there. */
function debuggerOf(browser: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let said = '';
    browser.stderr!.on('data', (chunk) => {
      said += chunk;
      const told = /ws:\/\/\S+/.exec(said);
      if (told) done(told[0]);
    });
    browser.once('exit', () => failed(new Error(`Chromium did not start: ${said}`)));
  });
}

/** The browser's own dialog is no script's to press; handles of its own folder may be read again by whoever comes later. */
function pickFromOwnFolder(): void {
  const showOpenFilePicker = async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = await (await fetch('/chosen/list')).json();
    return Promise.all(
      names.map(async (name) => {
        const handle = await root.getFileHandle(name, { create: true });
        await (await fetch(`/chosen/${name}`)).body!.pipeTo(await handle.createWritable());
        return handle;
      }),
    );
  };
  Object.assign(window, { showOpenFilePicker });
}

class Agent {
  #process?: ChildProcess;

  constructor(
    readonly folder: string,
    readonly state: string,
  ) {}

  start(address: string): void {
    const words = ['agent', '--server', address, '--state', this.state, '--limit', `${A_SECOND}`, this.folder];
    this.#process = spawn(process.env.PIXELSYNC_BIN!, words, { stdio: 'ignore' });
  }

  /** How many it was told to be kept. */
  async done(): Promise<number> {
    const asking = spawn(process.env.PIXELSYNC_BIN!, ['agent', 'status', '--json', '--state', this.state], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    for await (const chunk of asking.stdout!) said += chunk;
    return said ? (JSON.parse(said).states.done?.files ?? 0) : 0;
  }

  async kill(): Promise<void> {
    await end(this.#process, false);
  }
}

async function end(child: ChildProcess | undefined, withAllOfIt: boolean): Promise<void> {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  process.kill(withAllOfIt ? -child.pid : child.pid, 'SIGKILL');
  await ended;
}

/** The files of one who uploads, and the hash of each. */
async function make(disk: Disk, folder: string, first: number): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (let number = first; number < first + BY_EACH; number += 1) {
    const bytes = largePng(number, number % 10 === 0 ? LARGE + number : SMALL + number);
    const name = `${folder}-${number}.png`;
    await disk.write(`${folder}/${name}`, bytes);
    made.set(name, sha256(bytes));
  }
  return made;
}

/** Nothing lies there that is not whole. */
async function diskIsWhole(server: Server, made: Map<string, string>): Promise<void> {
  for (const path of await server.files()) {
    const bytes = await readFile(join(server.pictures, path));
    expect(sha256(bytes), `${path} on the disk`).toBe(made.get(basename(path)));
  }
}

/** Nothing is seen that is not whole. */
async function galleryIsWhole(server: Server, made: Map<string, string>): Promise<void> {
  for (const { filename, checksum } of await server.images()) expect(checksum, `${filename} in the gallery`).toBe(made.get(filename));
}

/** Files that are on their way, or were. */
async function parts(server: Server): Promise<string[]> {
  return (await readdir(server.pictures)).filter((name) => name.endsWith('.part'));
}

/** An upload of which half comes. */
async function begin(server: Server): Promise<void> {
  const tus = { 'Tus-Resumable': '1.0.0' };
  const begun = await fetch(`${server.address}/uploads`, { method: 'POST', headers: { ...tus, 'Upload-Length': '10' } });
  const headers = { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' };
  await fetch(new URL(begun.headers.get('Location')!, server.address), { method: 'PATCH', headers, body: 'half.' });
}

/** Each as often as the others, in no order that anyone knows. */
function victims(): ('server' | 'agent' | 'browser')[] {
  const round = () => (['server', 'agent', 'browser'] as const).map((victim) => ({ victim, at: randomInt(1_000_000) })).toSorted((a, b) => a.at - b.at);
  return Array.from({ length: ROUNDS }, round).flatMap((round) => round.map(({ victim }) => victim));
}

test('two hundred uploads outlive whoever is killed', async ({ server, disk }) => {
  test.setTimeout(300_000);
  const [chosen, watched] = [await make(disk, 'chosen', 0), await make(disk, 'watched', 1_000)];
  await disk.write('chosen/list', Buffer.from(JSON.stringify([...chosen.keys()])));
  const made = new Map([...chosen, ...watched]);
  const [reader, agent] = [new Reader(disk), new Agent(disk.path('watched'), disk.path('agent.sqlite'))];
  const arrived = async () => (await server.images()).length;
  try {
    await reader.start(server.address);
    await reader.page.locator('header label.button:not(.upload-folder)').click();
    // what the browser has not written down yet goes with it
    await expect(reader.page.getByText(`Uploading ${BY_EACH} pictures`)).toBeVisible();
    await expect.poll(() => keptUploads(reader.page)).toBeGreaterThan(BY_EACH / 2);
    agent.start(server.address);

    const story: string[] = [];
    for (const [kill, victim] of victims().entries()) {
      const wanted = Math.floor((made.size * (kill + Math.random())) / (3 * ROUNDS + 1));
      story.push(`${victim} after ${wanted}`);
      await expect.poll(arrived, { message: story.join(', '), timeout: 60_000 }).toBeGreaterThanOrEqual(wanted);
      if (victim === 'server') {
        await server.kill();
        await diskIsWhole(server, made);
        await server.startAgain();
      } else if (victim === 'agent') {
        await agent.kill();
        agent.start(server.address);
      } else {
        await reader.kill();
        await reader.start(server.address);
      }
      await galleryIsWhole(server, made);
    }

    await expect.poll(arrived, { message: story.join(', '), timeout: 120_000 }).toBe(made.size);
    await expect.poll(() => agent.done(), { timeout: 30_000 }).toBe(watched.size);
    const images = await server.images();
    expect(images.map((image) => image.filename).toSorted(), story.join(', ')).toEqual([...made.keys()].toSorted());
    const ids = new Set(images.map((image) => image.id));
    expect(reader.acknowledged.size).toBeGreaterThan(0);
    expect([...reader.acknowledged].filter((id) => !ids.has(id))).toEqual([]);
    expect((await server.files()).map((path) => basename(path)).toSorted()).toEqual([...made.keys()].toSorted());
    await diskIsWhole(server, made);
    await galleryIsWhole(server, made);
  } finally {
    await agent.kill();
    await reader.remove();
  }
  // one that nobody goes on with, beside those whose senders were killed, and a day later
  await begin(server);
  expect(await parts(server)).not.toEqual([]);
  await server.sql('update uploads set expires_at = now()');
  await server.kill();
  await server.startAgain();
  await expect.poll(() => parts(server)).toEqual([]);
});
