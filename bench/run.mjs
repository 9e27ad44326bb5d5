import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureBuilt } from '../scripts/lib/build.mjs';
import { ensureInstalled } from '../scripts/lib/install.mjs';
import { PlainError } from '../scripts/lib/plain-error.mjs';
import { PROJECT_ROOT, runScript, say } from '../scripts/lib/project.mjs';
import { untilAskedToStop } from '../scripts/lib/stop-signals.mjs';
import { GOALS, SCENARIOS } from './goals.mjs';
import { readOptions } from './lib/options.mjs';
import { describeMachine, writePerformancePage } from './lib/performance-page.mjs';
import { judge, lineOf } from './lib/report.mjs';

const ROUNDS = { quick: 3, full: 5 };
/** Load that each system gets before it is measured: V8 takes seconds to have compiled a server at its best. */
const WARM_UP_SECONDS = { quick: 4, full: 20 };
const ENDS_WITHIN_MS = 30_000;

/**
 * `npm run bench [-- --quick] [--json FILE] [--only NAME,…] [--write]`: measures the product beside its peers. A goal
 * that is missed is told; only a run that broke, or that lost an alert, fails.
 */
await runScript(async (args) => {
  const options = readOptions(args);
  if (options.json) checkWritable(options.json);
  if (process.platform !== 'linux') throw new PlainError('The benchmark reads CPU times from /proc: it needs Linux');
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
  const { openStack, newScope } = await import('./lib/stack.mjs');
  const stopped = untilAskedToStop().then((reason) => Promise.reject(new PlainError(`Stopped (${reason})`)));
  stopped.catch(() => undefined); // it may come while the stack is being opened: the race below tells it
  const stack = await openStack(say);
  const work = measureAll({ options, stack, newScope });
  try {
    await Promise.race([stopped, work]);
  } finally {
    await stack.close();
    // When it is asked to stop, what was under way fails in its own ways, and may have started something meanwhile.
    await Promise.race([work.catch(() => undefined), delay(ENDS_WITHIN_MS, undefined, { ref: false })]);
    await stack.close();
  }
});

/** Told now, and not after the run. */
function checkWritable(file) {
  try {
    appendFileSync(file, '');
  } catch (error) {
    throw new PlainError(`The results cannot be written to ${file}: ${error.code}`);
  }
}

async function measureAll({ options, stack, newScope }) {
  const machine = await describeMachine(stack);
  say(machine);
  const rows = [];
  const notes = [];
  const pace = options.quick ? 'quick' : 'full';
  for (const name of options.scenarios) {
    const startedAt = performance.now();
    say(`${name}:`);
    const scope = newScope(stack);
    stack.own({ stop: scope.close });
    const { measure } = await import(`./scenarios/${name}.mjs`);
    const figures = await measure({
      stack: scope,
      quick: options.quick,
      rounds: ROUNDS[pace],
      warmUpSeconds: WARM_UP_SECONDS[pace],
      say,
      note: (row) => notes.push(row),
    });
    await scope.close();
    const judged = GOALS.filter(({ scenario }) => scenario === name).map((goal) => rowOf(goal, figures));
    for (const row of judged) process.stdout.write(`${lineOf(row)}\n`);
    say(`${name} took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    rows.push(...judged);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  const whole = options.scenarios.length === SCENARIOS.length;
  if (whole && (options.write || !options.quick)) await writePerformancePage({ rows, notes, machine });
  process.stdout.write(`${rows.filter(({ ok }) => ok).length} of ${rows.length} goals reached\n`);
}

function rowOf(goal, figures) {
  const figure = figures.find(({ name }) => name === goal.name);
  if (!figure) throw new Error(`the scenario ${goal.scenario} did not measure ${goal.name}`);
  return judge(figure, goal);
}
