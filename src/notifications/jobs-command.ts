import type { CliMain } from '../cli/run-cli.js';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/config.js';
import { Database } from '../database/database.js';
import { DeadLetters, type DeliveryOverview } from './dead-letters.js';

const SHOWN = 100;
const USAGE = [
  'Usage: npm run jobs -- list | dead | replay <id ...> | replay --all   [--json]',
  '  list     deliveries that wait for an attempt',
  '  dead     deliveries that were given up',
  '  replay   makes dead ones pending again; running workers take them within two seconds',
];

/** `npm run jobs`: exit code 0 when done, 1 when there was nothing to replay, 2 for a wrong use. */
export const runJobsCommand: CliMain = async (argv, env, out) => {
  const json = argv.includes('--json');
  const all = argv.includes('--all');
  const [command, ...ids] = argv.filter((word) => word !== '--json' && word !== '--all');
  const isReplay = command === 'replay' && all !== ids.length > 0;
  const isList = (command === 'list' || command === 'dead') && ids.length === 0 && !all;
  if (!isReplay && !isList) {
    USAGE.forEach(out);
    return 2;
  }
  const database = new Database(loadConfig(env).env.DATABASE_URL, 'naboom:jobs');
  try {
    const letters = new DeadLetters(database);
    if (isReplay) return await replay(letters, all ? 'all' : ids, { json, out });
    const overview = await letters.overview(command === 'dead' ? 'dead' : 'pending', SHOWN);
    if (json) out(JSON.stringify(overview));
    else describe(overview).forEach(out);
    return 0;
  } finally {
    await database.close();
  }
};

interface Output {
  readonly json: boolean;
  readonly out: (line: string) => void;
}

async function replay(letters: DeadLetters, which: readonly string[] | 'all', { json, out }: Output): Promise<number> {
  const replayed = await letters.replay(which, systemClock.now());
  out(
    json
      ? JSON.stringify({ replayed })
      : `${replayed} dead ${replayed === 1 ? 'delivery is' : 'deliveries are'} pending again`,
  );
  return replayed > 0 ? 0 : 1;
}

function describe({ counts, deliveries }: DeliveryOverview): string[] {
  const { pending, delivered, dead } = counts;
  const lines = deliveries.map(({ id, seq, receiver, attempts, at, lastError }) =>
    `${id}  event ${seq}  ${receiver}  ${attempts} attempts  ${at}  ${lastError ?? ''}`.trimEnd(),
  );
  return [`pending ${pending}, delivered ${delivered}, dead ${dead}`, ...lines];
}
