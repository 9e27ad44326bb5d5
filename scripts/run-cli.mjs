import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { PlainError } from './lib/plain-error.mjs';
import { PROJECT_ROOT, runScript, say } from './lib/project.mjs';
import { runAttached } from './lib/run-command.mjs';
import { runEnvironment } from './lib/run-environment.mjs';

/** `node scripts/run-cli.mjs doctor --json`: one of the compiled command lines, with what `npm start` generated. */
await runScript(async ([name, ...args]) => {
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
  const program = join(PROJECT_ROOT, 'dist', 'cli', `${name}.js`);
  if (!existsSync(program)) throw new PlainError(`There is no command "${name}"`);
  return runAttached(process.execPath, [program, ...args], { cwd: PROJECT_ROOT, env: runEnvironment(process.env) });
});
