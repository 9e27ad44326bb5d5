import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { findChromium } from './lib/chromium.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { runJest } from './lib/jest-run.mjs';
import { PlainError } from './lib/plain-error.mjs';
import { describeFailure, PROJECT_ROOT, runScript, say } from './lib/project.mjs';
import { newTestFolder, stopTestServers } from './lib/test-servers.mjs';

const TIERS_WITHOUT_BROWSER = ['unit', 'architecture', 'integration', 'e2e'];

/** Drills run one after the other: two on one machine would measure each other. */
const CHAOS = { args: ['--config', 'jest.chaos.config.js', '--maxWorkers=1'], limitMinutes: 25 };
/** One file more than there are cores: of its time with servers, sockets and browsers, a file waits a quarter. */
const TIERS = { args: [`--maxWorkers=${availableParallelism() + 1}`] };

/**
 * `npm test [-- <jest arguments>]`: all tiers from a fresh clone; the last line is `N passed, N failed`.
 * `--chaos` before them: the drills instead.
 */
await runScript(async (args) => {
  const [first, ...others] = args;
  const run = first === '--chaos' ? runTests(CHAOS, others) : runTests(TIERS, args);
  const { passed, failed, skipped } = await run.catch((error) => {
    say(describeFailure(error)); // nothing could run: that is a failure to count, too
    return { passed: 0, failed: 1, skipped: 0 };
  });
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failed > 0 ? 1 : 0;
});

async function runTests(suite, args) {
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
  const browser = suite === TIERS ? await browserTier(args) : { args: [], env: {}, skipped: 0 };
  const folder = newTestFolder();
  try {
    const env = { ...process.env, NABOOM_TEST_FOLDER: folder, ...browser.env };
    const result = await runJest({ ...suite, args: [...suite.args, ...browser.args, ...args], env });
    // A run that failed as a whole (a server did not start, the time limit) has no failed test to show.
    const failed = result.code === 0 ? result.failed : Math.max(result.failed, 1);
    return { passed: result.passed, failed, skipped: result.skipped + browser.skipped };
  } finally {
    await stopTestServers(folder);
  }
}

/** Whether the browser tests can run here; without a Chromium they are counted as skipped, in CI that is an error. */
async function browserTier(args) {
  const specs = browserSpecs();
  const asked = args.length === 0 || args.some((arg) => arg.includes('browser'));
  if (specs.length === 0 || !asked) return { args: [], env: {}, skipped: 0 };
  const { path, reason } = await findChromium(process.env, say);
  if (path) return { args: [], env: { CHROMIUM_BIN: path }, skipped: 0 };
  if (process.env.CI) throw new PlainError(`The browser tests cannot run: ${reason}`);
  say(`Browser tests are skipped: ${reason}`);
  const skipped = specs.reduce((count, file) => count + testsIn(file), 0);
  return { args: ['--selectProjects', ...TIERS_WITHOUT_BROWSER, '--'], env: {}, skipped };
}

function browserSpecs() {
  const folder = join(PROJECT_ROOT, 'test', 'browser');
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return names.filter((name) => name.endsWith('.spec.ts')).map((name) => join(folder, name));
}

function testsIn(file) {
  return readFileSync(file, 'utf8').match(/^\s*(?:it|test)(?:\.each\([^)]*\))?\(/gm)?.length ?? 0;
}
