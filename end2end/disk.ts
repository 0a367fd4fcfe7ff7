//! A folder of the reader's own, from which files are chosen and dragged. Knows no server.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { largePng } from './pixels';

export class Disk {
  private constructor(readonly root: string) {}

  static async make(): Promise<Disk> {
    return new Disk(await mkdtemp(join(tmpdir(), 'pixelsync-reader-')));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), bytes);
  }

  /** A picture of that many bytes. */
  async writeLarge(name: string, bytes: number, number = 1): Promise<void> {
    await this.write(name, largePng(number, bytes));
  }

  /** That many files of the same content. */
  async fill(folder: string, count: number, bytes: Buffer): Promise<void> {
    await mkdir(this.path(folder), { recursive: true });
    for (let number = 0; number < count; number += 1) await writeFile(join(this.path(folder), `${number}.png`), bytes);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
