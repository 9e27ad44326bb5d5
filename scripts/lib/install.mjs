import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from './plain-error.mjs';
import { runCommand } from './run-command.mjs';

/** Runs `npm ci` when node_modules is not what package-lock.json says (npm notes what it installed). */
export async function ensureInstalled(projectRoot, log, signal) {
  if (isInstalled(projectRoot)) return;
  log('Installing dependencies (npm ci, about half a minute)');
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = [...npm.slice(1), 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm lets an install go on when it is asked to end; what a kill leaves half done, the next npm ci makes anew.
  const limits = { timeoutMs: 15 * 60_000, signal, killSignal: 'SIGKILL' };
  const { code, stderr } = await runCommand(npm[0], args, { cwd: projectRoot, ...limits });
  if (code === 127) throw new PlainError('npm is not on PATH: install Node with npm, then try again');
  if (code !== 0) throw new PlainError(`npm ci failed: ${reasonIn(stderr)}. Try "npm ci" to see all of it`);
}

function isInstalled(projectRoot) {
  const installed = join(projectRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (entry.optional && !present[path]) || present[path]?.integrity === entry.integrity,
  );
}

function reasonIn(stderr) {
  if (/ENOSPC/.test(stderr)) return 'the disk is full';
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(stderr)) return 'the npm registry cannot be reached';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => !/npm error (code|syscall|path|dest|errno)\b/.test(line)) ?? 'no reason given').replace(
    /^npm error\s*/,
    '',
  );
}
