import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from '../scripts/lib/plain-error.mjs';
import { PROJECT_ROOT, runScript } from '../scripts/lib/project.mjs';
import { readCosts } from './scaling/costs.mjs';
import { renderAssumptions, renderScaling } from './scaling/page.mjs';

const USAGE = 'Usage: npm run bench:scaling [-- --results FILE] [--write]';
const RESULTS = join(PROJECT_ROOT, 'bench', 'results', 'scaling.json');
const PAGE = join(PROJECT_ROOT, 'docs', 'scaling.md');
const BEGIN = '<!-- what follows is written by npm run bench:scaling -->';
const END = '<!-- end of what npm run bench:scaling writes -->';

/**
 * The page with what the results say between its marks.
 * @param {string} page docs/scaling.md
 * @param {object[]} rows what `npm run bench -- --json FILE` wrote
 */
export function fillPage(page, rows) {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/scaling.md has no place for the figures: "${BEGIN}", "${END}"`);
  const written = [BEGIN, '### Assumed', renderAssumptions(), renderScaling(readCosts(rows)), END].join('\n\n');
  return `${before}${written}${after}`;
}

/** `npm run bench:scaling [-- --results FILE] [--write]`: what more responders need, from measured costs. */
async function main(args) {
  const options = { results: RESULTS, write: false };
  for (const rest = [...args]; rest.length > 0; ) {
    const option = rest.shift();
    if (option === '--write') options.write = true;
    else if (option === '--results' && rest.length > 0) options.results = rest.shift();
    else throw new PlainError(`Unknown option ${option}. ${USAGE}`);
  }
  const text = readFileSync(options.results, 'utf8');
  const rows = JSON.parse(text);
  if (!options.write) return void process.stdout.write(`${renderScaling(readCosts(rows))}\n`);
  const { format, resolveConfig } = await import('prettier');
  const config = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
  writeFileSync(PAGE, await format(fillPage(readFileSync(PAGE, 'utf8'), rows), config));
  // The page is held against this file by a test.
  if (options.results !== RESULTS) writeFileSync(RESULTS, text);
}

if (process.argv[1] === import.meta.filename) await runScript(main);
