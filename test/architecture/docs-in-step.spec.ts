import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigDocs, renderEnvExample } from '../../src/config/config-docs.js';
import { ENV_NAMES } from '../../src/config/env-vars.js';
import { renderErrorDocs } from '../../src/errors/error-docs.js';
import { renderMetricDocs } from '../../src/observability/metric-docs.js';
import { ERRORS } from '../../src/errors/error-codes.js';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('docs that are made from the code', () => {
  it.each([
    ['.env.example', renderEnvExample],
    ['docs/configuration.md', renderConfigDocs],
    ['docs/errors.md', renderErrorDocs],
    ['docs/metrics.md', renderMetricDocs],
  ])('%s is in step', (file, render) => {
    expect(read(file)).toBe(render());
  });

  it('explain every variable and every error code', () => {
    for (const name of ENV_NAMES) {
      expect(read('.env.example')).toContain(`# ${name}=`);
      expect(read('docs/configuration.md')).toContain(`| \`${name}\` |`);
    }
    for (const code of Object.keys(ERRORS)) expect(read('docs/errors.md')).toContain(`| \`${code}\` |`);
  });
});

describe('one place for each thing', () => {
  it('reads process.env at the entry points alone', () => {
    const allowed = ['src/main.ts', 'src/cli/run-cli.ts'];
    expect(sourcesWith('process.env').filter((file) => !allowed.includes(file))).toEqual([]);
  });

  it('writes every Redis key in redis.keys.ts', () => {
    const allowed = ['src/redis/redis.keys.ts', 'src/redis/redis.roles.ts'];
    const found = sourcesWith(/['"`]\{?(naboom:(cache|limits|sessions|realtime|queue)|panic:|emergency:)/);
    expect(found.filter((file) => !allowed.includes(file) && !file.startsWith('src/redis/acl/'))).toEqual([]);
  });
});

function sourcesWith(text: string | RegExp): string[] {
  const names = readdirSync(join(ROOT, 'src'), { recursive: true }) as string[];
  const files = names.filter((name) => /(?<!\.spec)\.ts$/.test(name)).map((name) => `src/${name}`);
  return files.filter((file) => {
    const source = read(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    return typeof text === 'string' ? source.includes(text) : text.test(source);
  });
}
