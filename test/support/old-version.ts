import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testServers } from './test-servers.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** The version that people run when they upgrade to this one. */
export interface OldVersion {
  /** A tag, or the commit before the last one that the changelog tells of. */
  readonly name: string;
  /** Its `dist/main.js`. */
  readonly main: string;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function nameOfOld(): string {
  const [tag] = git('tag', '--list', 'v*', '--sort=-v:refname', '--no-contains', 'HEAD').split('\n');
  if (tag) return tag;
  const told = git('log', '--first-parent', '-1', '--format=%H', '--', 'CHANGELOG.md');
  return git('rev-parse', '--short', `${told}^`);
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
