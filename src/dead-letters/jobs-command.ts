import type { CliMain } from '../cli/run-cli.js';
import { loadConfig } from '../config/config.js';
import { Database } from '../database/database.js';
import { SharedClock } from '../database/shared-clock.js';
import { DeadLetters, type LetterCounts, type WhichLetters } from './dead-letters.js';
import type { Letter } from './letter.js';

const SHOWN = 100;
const USAGE = [
  'Usage: npm run jobs -- list | dead | replay <id ...> | replay --all | drop <id ...> | drop --all   [--json]',
  '  list     deliveries that wait for an attempt, the next ones first',
  '  dead     deliveries and jobs that were given up, the latest first',
  '  replay   makes dead deliveries pending and adds dead jobs to their queues; workers take them within two seconds',
  '  drop     gives dead ones up for good',
  'Exit codes: 0 done, 1 nothing to replay or drop, 2 wrong use',
];
const DONE = { replay: 'replayed', drop: 'dropped' } as const;

/** `npm run jobs`: exit code 0 when done, 1 when there was nothing to replay or drop, 2 for a wrong use. */
export const runJobsCommand: CliMain = async (argv, env, out) => {
  const json = argv.includes('--json');
  const all = argv.includes('--all');
  const [command, ...ids] = argv.filter((word) => word !== '--json' && word !== '--all');
  const isChange = (command === 'replay' || command === 'drop') && all !== ids.length > 0;
  const isList = (command === 'list' || command === 'dead') && ids.length === 0 && !all;
  if (!isChange && !isList) {
    USAGE.forEach(out);
    return 2;
  }
  const database = new Database(loadConfig(env).env.DATABASE_URL, 'naboom:jobs');
  try {
    const letters = new DeadLetters(database);
    if (isChange) {
      const now = (await SharedClock.ofNow(database)).now();
      return await change(letters, command, all ? 'all' : ids, { now, json, out });
    }
    const items = command === 'dead' ? (await letters.dead({ limit: SHOWN })).items : await letters.pending(SHOWN);
    const counts = await letters.counts();
    if (json) out(JSON.stringify({ counts, items }));
    else [describeCounts(counts), ...items.map(describe)].forEach(out);
    return 0;
  } finally {
    await database.close();
  }
};

interface How {
  readonly now: Date;
  readonly json: boolean;
  readonly out: (line: string) => void;
}

async function change(
  letters: DeadLetters,
  command: keyof typeof DONE,
  which: WhichLetters,
  { now, json, out }: How,
): Promise<number> {
  const changed = await letters[command](which, now);
  if (json) out(JSON.stringify({ [DONE[command]]: changed.length, items: changed }));
  else [`${DONE[command]} ${changed.length}`, ...changed.map(describe), ...unknownTo(changed, which)].forEach(out);
  return changed.length > 0 ? 0 : 1;
}

/** A line for each id that was asked for and is none of a dead letter. */
function unknownTo(changed: readonly Letter[], which: WhichLetters): string[] {
  if (which === 'all') return [];
  return which
    .filter((wanted) => !changed.some(({ id }) => id === wanted.toLowerCase()))
    .map((wanted) => `no dead letter has the id ${wanted}; \`npm run jobs -- dead\` lists them`);
}

function describeCounts({ deliveries, jobs }: LetterCounts): string {
  const told = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([status, count]) => `${status} ${count}`);
  return `deliveries: ${told(deliveries).join(', ')}; jobs given up: ${told(jobs).join(', ')}`;
}

function describe({ id, at, attempts, reason, delivery, job }: Letter): string {
  const what = delivery
    ? `${delivery.channel} of ${delivery.of}${delivery.seq === null ? '' : ` ${delivery.seq}`}  ${delivery.receiver}`
    : `job ${job?.name} of ${job?.queue}  ${job?.payload}`;
  return `${id}  ${what}  ${attempts} attempts  ${at}  ${reason ?? ''}`.trimEnd();
}
