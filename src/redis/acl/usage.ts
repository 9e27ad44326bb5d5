import type { Config } from '../../config/config.js';
import type { AclCheck } from './check.js';
import { ISOLATION_NOTE } from './configured-policy.js';
import { formatChecks } from './report.js';

/** The command line was used wrongly; the message says how to do it. */
export class UsageError extends Error {}

/** @throws UsageError where there are no users of ours, or nobody who may change them */
export function requireAdmin({ redis }: Config): void {
  if (redis.isolation !== 'acl') throw new UsageError(ISOLATION_NOTE[redis.isolation]);
  if (redis.admin === undefined) {
    throw new UsageError('REDIS_MASTER_PASSWORD is missing: without the administrator nobody could change the users');
  }
}

/** Tells what was found, to people or programs; gives the exit code, 1 when something failed. */
export function tell(
  checks: readonly AclCheck[],
  further: object,
  { json }: { readonly json: boolean },
  out: (line: string) => void,
): number {
  const ok = checks.every(({ result }) => result !== 'failed');
  if (json) out(JSON.stringify({ ok, ...further, checks }, null, 2));
  else for (const line of formatChecks(checks)) out(line);
  return ok ? 0 : 1;
}
