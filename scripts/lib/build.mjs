import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PlainError } from './plain-error.mjs';
import { runCommand } from './run-command.mjs';

const STAMP = '.sources';

/**
 * Compiles src to dist and copies what is not TypeScript (SQL, Lua); does nothing when dist is of these very sources.
 * The new dist replaces the old one in one step, so that a running process or a parallel build never sees half of it.
 * With `allowTypeErrors` what could be compiled is used all the same (a single test while another file is being edited).
 */
export async function ensureBuilt(projectRoot, log, { allowTypeErrors = false } = {}) {
  const dist = join(projectRoot, 'dist');
  const sources = fingerprint(projectRoot);
  if (existsSync(join(dist, STAMP)) && readFileSync(join(dist, STAMP), 'utf8') === sources) return;
  log('Building');
  const fresh = `${dist}.${process.pid}`;
  try {
    const problems = await compile(projectRoot, fresh);
    if (problems && !allowTypeErrors) throw new PlainError(`The build failed:\n${problems}`);
    copyAssets(join(projectRoot, 'src'), fresh);
    if (!problems) writeFileSync(join(fresh, STAMP), sources);
    replace(dist, fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function compile(projectRoot, target) {
  // By path: the packages typescript and typescript7 both provide a "tsc" command.
  const compiler = join(projectRoot, 'node_modules', 'typescript7', 'bin', 'tsc');
  const args = [compiler, '-p', join(projectRoot, 'tsconfig.build.json'), '--outDir', target];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, { cwd: projectRoot });
  return code === 0 ? '' : (stdout + stderr).trim();
}

function copyAssets(sources, target) {
  for (const path of filesUnder(sources)) {
    if (path.endsWith('.ts')) continue;
    const copy = join(target, relative(sources, path));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }
}

function replace(dist, fresh) {
  const old = `${fresh}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  try {
    renameSync(fresh, dist);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // a parallel build was faster: same sources
  }
  rmSync(old, { recursive: true, force: true });
}

function fingerprint(projectRoot) {
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) => join(projectRoot, name));
  const hash = createHash('sha256');
  for (const path of [...settings, ...filesUnder(join(projectRoot, 'src'))]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(projectRoot, path)}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesUnder(path);
      return path.endsWith('.spec.ts') ? [] : [path];
    });
}
