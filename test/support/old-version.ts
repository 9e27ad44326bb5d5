import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testServers } from './test-servers.js';

/** What was published last before processes could drain; tags come after it. */
const BEFORE_TAGS = '9819576';
const ROOT = resolve(import.meta.dirname, '../..');

/** The version that people run when they upgrade to this one. */
export interface OldVersion {
  /** The newest tag of a release, or as long as there is none a commit. */
  readonly name: string;
  /** Its `dist/main.js`. */
  readonly main: string;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function nameOfOld(): string {
  // A release in the making is not the one before it.
  const [tag] = git('tag', '--list', 'v*', '--sort=-v:refname', '--no-contains', 'HEAD').split('\n');
  if (tag) return tag;
  return git('rev-parse', '--short', `${BEFORE_TAGS}^{commit}`);
}

/** Builds it from the history with the packages of this one. @returns why that cannot be, such as a clone without history */
export function buildOldVersion(): OldVersion | string {
  try {
    const name = nameOfOld();
    const folder = join(testServers().folder, `old-${name}`);
    mkdirSync(folder);
    const archive = execFileSync('git', ['archive', name], { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: folder, stdio: 'pipe' });
    return { name, main: join(folder, 'dist', 'main.js') };
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer | string; message: string };
    return (stderr?.toString().trim() || message).split('\n')[0]!;
  }
}
