import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { PROJECT_ROOT, runScript, say } from './lib/project.mjs';
import { runCommand } from './lib/run-command.mjs';

const bin = (name) => join(PROJECT_ROOT, 'node_modules', name);

/** @type {[name: string, args: string[]][]} */
const STEPS = [
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '.']],
  ['lint', [bin('oxlint/bin/oxlint'), '--type-aware', 'src', 'test', 'scripts', 'bench']],
  ['types', [bin('typescript7/bin/tsc'), '-p', 'tsconfig.json', '--noEmit']],
  [
    'module borders',
    [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'src'],
  ],
  ['generated docs', [join(PROJECT_ROOT, 'dist', 'cli', 'docs.js'), '--check']],
];

/** `npm run check`: everything that can be said about the code without running it; all steps, also after a failure. */
await runScript(async () => {
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
  let failed = 0;
  for (const [name, args] of STEPS) {
    const { code, stdout, stderr } = await runCommand(process.execPath, args, { cwd: PROJECT_ROOT });
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}\n`);
    if (code === 0) continue;
    failed += 1;
    process.stdout.write(`${(stdout + stderr).trim()}\n\n`);
  }
  process.stdout.write(failed === 0 ? 'All checks passed\n' : `${failed} of ${STEPS.length} checks failed\n`);
  return failed === 0 ? 0 : 1;
});
