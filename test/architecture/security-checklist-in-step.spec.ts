import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = readFileSync(join(DOCS, 'security.md'), 'utf8');
/** Chapters of ASVS 4.0.3. */
const CHAPTERS = 14;

const lines = PAGE.split('## The list')[1]!
  .split('\n')
  .filter((line) => /^\| V\d/.test(line));

describe('the checklist of docs/security.md', () => {
  it('has something of each chapter', () => {
    const chapters = new Set(lines.map((line) => Number(/^\| V(\d+)/.exec(line)![1])));
    expect([...chapters].sort((a, b) => a - b)).toEqual(Array.from({ length: CHAPTERS }, (_, n) => n + 1));
  });

  it('points, in each line, to tests that are there', () => {
    const tests = lines.map((line) => ({ line, paths: [...line.matchAll(/\]\((\S+)\)/g)].map(([, path]) => path!) }));
    const wrong = tests.filter(({ paths }) => paths.length === 0 || !paths.every(isTest));
    expect(wrong.map(({ line }) => line)).toEqual([]);
  });
});

function isTest(path: string): boolean {
  const file = join(DOCS, path);
  return (
    path.endsWith('.spec.ts') && existsSync(file) && /\b(?:it|test)(?:\.each\b|\()/.test(readFileSync(file, 'utf8'))
  );
}
