import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { testServers } from './test-servers.js';

/** A file system of its own that can be filled up. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives that room back. */
  free(): void;
  /** Unmounts it, also where somebody still has a file of it open. */
  remove(): void;
}

const CHUNK = Buffer.alloc(256 * 1024);

/** Mounts one of `megabytes` in memory; undefined where this user may not mount. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = join(testServers().folder, `disk-${randomUUID()}`);
  mkdirSync(folder, { mode: 0o711 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'naboom-test', folder], {
      stdio: 'ignore',
    });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => fillUp(filler),
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In ever smaller pieces, so that not a byte is left. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (let size = CHUNK.length; size >= 1; size = Math.floor(size / 2)) {
      while (hasTaken(descriptor, size));
    }
  } finally {
    closeSync(descriptor);
  }
}

function hasTaken(descriptor: number, size: number): boolean {
  try {
    return writeSync(descriptor, CHUNK, 0, size) === size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
