//! A PixelSync of its own for one journey: the real program, an empty data folder, a free port. Knows no browser.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const START_MAX_MS = 60_000;

export class Server {
  address = '';
  pictures = '';
  log = '';
  #process?: ChildProcess;

  private constructor(
    readonly data: string,
    readonly root?: string,
  ) {}

  /** Below `root`, where there is one, folders may be added. */
  static async start(root?: string): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), 'pixelsync-journey-'));
    // PostgreSQL's user, who is not root, has to pass through it.
    await chmod(data, 0o755);
    const server = new Server(data, root);
    await server.start('127.0.0.1:0');
    return server;
  }

  async start(listen: string): Promise<void> {
    const program = process.env.PIXELSYNC_BIN;
    if (!program) throw new Error('PIXELSYNC_BIN names no program: run the journeys by `cargo xtask test --only journeys`');
    const roots = this.root ? ['--allow-root', this.root] : [];
    const words = ['serve', '--data', this.data, '--listen', listen, ...roots];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    child.stdout!.on('data', (chunk) => (said += chunk));
    child.stderr!.on('data', (chunk) => (this.log += chunk));
    const patience = Date.now() + START_MAX_MS;
    for (;;) {
      const told = /Gallery\s+(http:\S+?)\/?\s+Pictures\s+(\S+)/.exec(said);
      if (told) {
        [, this.address, this.pictures] = told;
        return;
      }
      if (child.exitCode !== null || Date.now() > patience) throw new Error(`PixelSync did not start:\n${this.log}`);
      await pause(10);
    }
  }

  /** As a power cut does it. PostgreSQL goes with it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Again at the same address, with the same data. */
  async startAgain(): Promise<void> {
    await this.start(new URL(this.address).host);
  }

  /** PostgreSQL dies under the living server. */
  async killPostgres(): Promise<void> {
    const lock = await readFile(join(this.data, 'postgres/cluster/postmaster.pid'), 'utf8');
    process.kill(Number(lock.split('\n')[0]), 'SIGKILL');
  }

  /** Asks the catalogue itself, for what no disk of a journey could hold. */
  async sql(statement: string): Promise<void> {
    const socket = join(this.data, 'postgres/socket');
    const password = (await readFile(join(this.data, 'postgres/password'), 'utf8')).trim();
    await promisify(execFile)('psql', ['--quiet', '--host', socket, '--username', 'pixelsync', '--dbname', 'postgres', '--command', statement], {
      env: { ...process.env, PGPASSWORD: password },
    });
  }

  async isHealthy(): Promise<boolean> {
    const answer = await fetch(`${this.address}/health`).catch(() => undefined);
    return answer?.ok ?? false;
  }

  /** As somebody's copying does it. */
  async drop(name: string, bytes: Buffer): Promise<void> {
    await writeFile(join(this.pictures, name), bytes);
  }

  /** What lies in the folder, in any folder below it. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.pictures, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(this.pictures, join(entry.parentPath, entry.name)));
    return files.filter((name) => !name.split('/').some((part) => part.startsWith('.'))).toSorted();
  }

  async size(name: string): Promise<number> {
    return (await stat(join(this.pictures, name))).size;
  }

  /** What the catalogue holds, newest first. */
  async images(): Promise<{ id: string; filename: string; state: string; checksum: string }[]> {
    return (await fetch(`${this.address}/images`)).json();
  }

  async remove(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.data, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }
}
