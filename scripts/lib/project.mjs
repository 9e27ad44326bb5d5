import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlainError } from './plain-error.mjs';

/** The folder of package.json. */
export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const OLDEST_NODE = [20, 19];

/** One line to the terminal; standard output stays free for what a command was asked for. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a script's main; a PlainError becomes one line, anything else keeps its stack. */
export async function runScript(main) {
  // Whoever read our output may be gone (`npm start | head`, a closed terminal): that must not skip the clean-up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const [major, minor] = process.versions.node.split('.').map(Number);
    if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
      throw new PlainError(
        `Node ${OLDEST_NODE.join('.')} or later is needed, this is ${process.version}: see https://nodejs.org`,
      );
    }
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    say(describeFailure(error));
    process.exitCode = 1;
  }
}

/** What went wrong as one line where we know how to put it so. */
export function describeFailure(error) {
  if (error instanceof PlainError) return error.message;
  const where = error?.path ? ` (${error.path})` : '';
  if (error?.code === 'ENOSPC') return `The disk is full${where}: free some space and start again`;
  if (error?.code === 'EROFS' || error?.code === 'EACCES' || error?.code === 'EPERM') {
    return `No permission to write${where}: choose another folder with NABOOM_DATA_DIR=<folder>, or change its owner`;
  }
  return error?.stack ?? String(error);
}
