import type { AclCheck } from './check.js';

const MARKS = { passed: 'ok  ', failed: 'FAIL', warned: 'warn', skipped: 'skip' } as const;

/** The report for people: a line a check, and what it comes to. */
export function formatChecks(checks: readonly AclCheck[]): string[] {
  const width = Math.max(0, ...checks.map(({ subject }) => subject.length));
  const lines = checks.map(
    ({ subject, check, result, detail }) =>
      `${MARKS[result]}  ${subject.padEnd(width)}  ${check}${detail ? `: ${detail}` : ''}`,
  );
  const count = (wanted: AclCheck['result']) => checks.filter(({ result }) => result === wanted).length;
  const rare = (['warned', 'skipped'] as const).map((result) =>
    count(result) > 0 ? `, ${count(result)} ${result}` : '',
  );
  return [...lines, `${count('passed')} passed, ${count('failed')} failed${rare.join('')}`];
}
