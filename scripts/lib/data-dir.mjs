import { accessSync, chmodSync, constants, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from './plain-error.mjs';
import { identify, isRunning } from './process-identity.mjs';

/** Below this a first start (Postgres' own files, Redis' log) would end half-way. */
const LEAST_FREE_MIB = 150;

/** Makes the folder owner-only, and says in one line when it cannot be used. */
export function openDataDir(dir) {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // Root runs Postgres as another user, who must pass through (not look around); all files in it are 0600.
    chmodSync(dir, process.getuid?.() === 0 ? 0o711 : 0o700);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error.code === 'ENOSPC') throw new PlainError(`The disk is full: free some space, ${dir} cannot be made`);
    throw new PlainError(
      `The data folder ${dir} cannot be used (${error.code}): choose another with NABOOM_DATA_DIR=<folder>`,
    );
  }
  const freeMiB = freeSpaceMiB(dir);
  if (freeMiB < LEAST_FREE_MIB) {
    throw new PlainError(
      `The disk of ${dir} is full (${freeMiB} MiB left): free ${LEAST_FREE_MIB} MiB or choose another folder with NABOOM_DATA_DIR=<folder>`,
    );
  }
}

/** One running system a data folder: throws when there is one, else takes the folder until `release()`. */
export function takeDataDir(dir, url) {
  const file = join(dir, 'launcher.json');
  const own = identify(process.pid);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, JSON.stringify({ ...own, url }), { flag: 'wx', mode: 0o600 });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (isRunning(holder)) {
      throw new PlainError(
        `Already running on ${dir}: ${holder.url} (process ${holder.pid}). Stop it with Ctrl-C, or start another with NABOOM_DATA_DIR=<folder> PORT=<port>`,
      );
    }
    rmSync(file, { force: true }); // its launcher was killed
  }
  throw new PlainError(`Two starts on ${dir} at the same moment: try again`);
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function freeSpaceMiB(dir) {
  const { bavail, bsize } = statfsSync(dir);
  return Math.floor((bavail * bsize) / 1_048_576);
}
