import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/project.mjs';
import { notesOf, tableOf } from './report.mjs';

const PAGE = join(PROJECT_ROOT, 'docs', 'performance.md');
const BEGIN = '<!-- what follows is written by npm run bench -->';
const END = '<!-- end of what npm run bench writes -->';

/** Puts the measured table between the two marks of docs/performance.md. */
export async function writePerformancePage({ rows, notes, machine }) {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === page || after === undefined)
    throw new Error(`${PAGE} has no place for the table: "${BEGIN}", "${END}"`);
  const written = [BEGIN, machine, verdictOf(rows), tableOf(rows), notesOf(notes), END].join('\n\n');
  // Here and not above: a fresh clone has no packages when this file is loaded.
  const { format, resolveConfig } = await import('prettier');
  const options = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
  writeFileSync(PAGE, await format(`${before}${written}${after}`, options));
}

function verdictOf(rows) {
  const most = (name) => Math.max(...rows.map((row) => row[name] ?? 0));
  const reached = rows.filter(({ ok }) => ok).length;
  return (
    `${reached} of ${rows.length} goals reached; medians of ${rows[0].rounds} rounds. Load average up to ${most('load')}, ` +
    `${most('strangersCpu')} CPU taken by others in the worst round.`
  );
}

/** What it was measured on, in one line. */
export async function describeMachine(stack) {
  const { withClient } = await import('./stack.mjs');
  const postgres = await withClient(stack.postgres.url, async (client) => {
    const { rows } = await client.query('show server_version');
    return rows[0].server_version;
  });
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = cpus()[0]
    .model.replaceAll(/\((R|TM)\)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return (
    `${cpus().length} x ${processor}, ${memory} GiB; Node ${process.versions.node}, ` +
    `Redis ${stack.redisBinary.version}, Postgres ${postgres}; clients and servers on the same machine, over loopback.`
  );
}
