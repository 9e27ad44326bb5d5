import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A Chromium for the browser tests: CHROMIUM_BIN, PATH, else (root on Debian) installed by apt.
 * @returns {Promise<{ path?: string, reason?: string }>} `reason` says why there is none
 */
export async function findChromium(env, log) {
  const present = env.CHROMIUM_BIN || onPath(env.PATH ?? '');
  if (present) return { path: present };
  if (process.getuid?.() !== 0) return { reason: 'no Chromium on PATH: install it ("sudo apt-get install chromium")' };
  if ((await runCommand('apt-get', ['--version'])).code !== 0) return { reason: 'no Chromium on PATH, and no apt-get' };
  log('Installing chromium for the browser tests (apt-get)');
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 10 * 60_000 };
  const install = () => runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
  if ((await install()).code !== 0) {
    await runCommand('apt-get', ['update', '-qq'], quiet); // fresh images ship without package lists
    const { code, stderr } = await install();
    if (code !== 0) return { reason: `apt-get cannot install chromium: ${stderr.trim().split('\n').at(-1)}` };
  }
  const path = onPath(env.PATH ?? '');
  return path ? { path } : { reason: 'apt-get installed chromium, but it is not on PATH' };
}

function onPath(pathVariable) {
  const folders = pathVariable.split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
