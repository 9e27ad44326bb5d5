import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SERVERS_VARIABLE } from '../../scripts/lib/test-servers.mjs';

const COLUMNS = ['drill', 'accepted', 'delivered', 'lost', 'doubled', 'recovery', 'told', 'note'];

/** Prints, after a run of drills, one line each: what was accepted, and what became of it. */
export default class SurvivalReporter {
  onRunComplete() {
    const file = join(dirname(process.env[SERVERS_VARIABLE] ?? ''), 'survival.jsonl');
    if (!existsSync(file)) return;
    const rows = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map((row) => COLUMNS.map((column) => cell(column, row[column])));
    const widths = COLUMNS.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index].length)));
    const line = (cells) =>
      cells
        .map((text, index) => text.padEnd(widths[index]))
        .join('  ')
        .trimEnd();
    process.stderr.write(`\n${[COLUMNS, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n')}\n\n`);
  }
}

function cell(column, value) {
  if (value === undefined) return column === 'note' ? '' : '-';
  return column === 'recovery' ? `${(value / 1000).toFixed(2)} s` : String(value);
}
