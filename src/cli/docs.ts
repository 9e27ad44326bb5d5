import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigDocs, renderEnvExample } from '../config/config-docs.js';
import { renderErrorDocs } from '../errors/error-docs.js';
import { renderMetricDocs } from '../observability/metric-docs.js';
import { renderAclDocs } from '../redis/acl/acl-docs.js';
import { runCli } from './run-cli.js';

const ROOT = join(import.meta.dirname, '..', '..');
const USAGE =
  'Usage: npm run docs [-- --check]   writes the docs that are made from the code, or checks that they are in step';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Each document that is made from the code. */
const DOCUMENTS: Readonly<Record<string, () => string>> = {
  '.env.example': renderEnvExample,
  'docs/configuration.md': renderConfigDocs,
  'docs/errors.md': renderErrorDocs,
  'docs/metrics.md': renderMetricDocs,
  'docs/redis-acl.md': () => renderAclDocs(read('redis-acl.conf')),
};

await runCli(async (argv, _env, out) => {
  const check = argv[0] === '--check';
  if (argv.length > (check ? 1 : 0)) {
    out(USAGE);
    return 2;
  }
  let stale = 0;
  for (const [file, render] of Object.entries(DOCUMENTS)) {
    if (!check) writeFileSync(join(ROOT, file), render());
    else if (readOrEmpty(file) !== render()) {
      stale += 1;
      out(`${file} is not in step with the code: run npm run docs`);
    }
  }
  return stale > 0 ? 1 : 0;
});

function readOrEmpty(file: string): string {
  try {
    return read(file);
  } catch {
    return '';
  }
}
