import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a secret stands: a file that holds it alone, or one of `NAME=value` lines in which it has its own. */
export interface SecretFile {
  readonly path: string;
  /** The variable that it is the value of, such as `REDIS_APP_PASSWORD`. */
  readonly name: string;
}

/** A password that may change while processes run. */
export interface WatchedPassword extends SecretFile {
  /** Keys the tags of passwords in the names of connections: a secret that processes and the command line share. */
  readonly tagKey: string;
}

/**
 * The secret as the file has it now, without white space around it; undefined for an empty file.
 * @throws Error of the file system, such as ENOENT
 */
export function readSecretFile({ path, name }: SecretFile): string | undefined {
  const text = readFileSync(path, 'utf8');
  return (lineOf(text, name) ?? text).trim() || undefined;
}

/** The value of the last line `NAME=value`, which is the one that counts. */
function lineOf(text: string, name: string): string | undefined {
  return text
    .split(/\r?\n/)
    .findLast((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** Puts another secret in the place of the one there; other lines of the file stay as they are. */
export function replaceSecret({ path, name }: SecretFile, secret: string): void {
  const text = readFileSync(path, 'utf8');
  if (lineOf(text, name) === undefined) return replaceFile(path, `${secret}\n`);
  const others = text.split(/\r?\n/).filter((line) => !line.startsWith(`${name}=`) && line !== '');
  replaceFile(path, `${[...others, `${name}=${secret}`].join('\n')}\n`);
}

/** Why {@link replaceSecret} could not do it; undefined when it can: it is tried, with what stands there. */
export function whyNotReplaceable({ path }: SecretFile): string | undefined {
  try {
    replaceFile(path, readFileSync(path, 'utf8'));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}

/** What the secret was before it was replaced, until that is settled. */
const previousOf = ({ path }: SecretFile) => `${path}.previous`;

/** Notes a secret that is about to be replaced, readable by the owner of its file alone. */
export function keepPrevious(file: SecretFile, secret: string): void {
  const path = previousOf(file);
  replaceFile(path, `${[...otherPrevious(file), `${file.name}=${secret}`].join('\n')}\n`);
  // Root may rotate for somebody else, whose next start has to read it.
  const { uid, gid } = statSync(file.path);
  if (uid !== statSync(path).uid && uid !== 0) chownSync(path, uid, gid);
}

/** The secret that was replaced and is not settled yet. */
export function readPrevious(file: SecretFile): string | undefined {
  const path = previousOf(file);
  return existsSync(path) ? lineOf(readFileSync(path, 'utf8'), file.name) : undefined;
}

/** Forgets the secret that was replaced. */
export function dropPrevious(file: SecretFile): void {
  const path = previousOf(file);
  if (!existsSync(path)) return;
  const others = otherPrevious(file);
  if (others.length === 0) rmSync(path);
  else replaceFile(path, `${others.join('\n')}\n`);
}

function otherPrevious(file: SecretFile): string[] {
  const path = previousOf(file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(`${file.name}=`));
}

/**
 * Puts content in the place of a file in one step, so that a reader sees the old or the new one whole. Who may read it
 * stays: owner, group and mode. A new file is its owner's alone.
 * @throws Error of the file system, such as EPERM where the file would have to be given to somebody else
 */
export function replaceFile(path: string, content: string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const draft = join(dirname(target), `.${randomBytes(6).toString('hex')}`);
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    keepReaders(target, draft);
    renameSync(draft, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(draft, { force: true });
    const named = error as Error;
    named.message = named.message.replaceAll(draft, target); // not a name that nobody gave
    throw error;
  }
}

/**
 * Whoever reads it must be able to after the change: a process that cannot does not start again. An owner may give a
 * file to any group it belongs to, root to anybody; and root reads what is not given to it.
 */
function keepReaders(before: string, after: string): void {
  if (!existsSync(before)) return;
  const [{ mode, uid, gid }, fresh] = [statSync(before), statSync(after)];
  const owner = uid === 0 ? fresh.uid : uid;
  if (owner !== fresh.uid || gid !== fresh.gid) chownSync(after, owner, gid);
  chmodSync(after, mode & 0o644);
}

/** Without it a power cut may bring the file of before back, while a server on another disk knows the new password. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // A file system that cannot: the file has been replaced all the same.
  }
}
