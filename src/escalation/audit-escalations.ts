import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { Logger } from '../observability/nest-log.js';
import type { JobHandler } from '../queues/job-handler.js';
import { auditAlert } from './audit.js';
import { lateDeliveries } from './audit-deliveries.js';
import { AuditPolicies } from './audit-policies.js';
import { readAuditPage, type AuditPage } from './audit-reads.js';
import { readAudit, writeAudit, type Finding } from './audit-record.js';
import { rearm } from './rearm.js';

/** Longer than the longest policy can take, ms: who has been told by then, has been told by all of it. */
const LOOK_BACK_MS = 72 * 3_600_000;
const FIRST = '00000000-0000-0000-0000-000000000000';
/** New findings that are logged one by one. */
const LOGGED = 100;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
}

/** What one run found. */
export interface AuditResult {
  readonly checked: number;
  readonly found: number;
  readonly rearmed: number;
}

/**
 * The job `audit-escalations`: recomputes from the log and the policies what should have happened to every alert that
 * nobody has taken notice of, whatever the table `escalations` and those who work by it think. What was lost is made due.
 */
export class AuditEscalations implements JobHandler<'audit-escalations'> {
  readonly job = 'audit-escalations';
  readonly #logger = new Logger('Audit');

  constructor(private readonly parts: Parts) {}

  async run(_payload: unknown, signal: AbortSignal): Promise<AuditResult> {
    const { database, clock } = this.parts;
    const now = clock.now();
    const before = await readAudit(database);
    const found: Finding[] = [];
    let checked = 0;
    let after: string | undefined = FIRST;
    while (after !== undefined) {
      signal.throwIfAborted();
      const page: AuditPage = await readAuditPage(database, after, new Date(now.getTime() - LOOK_BACK_MS));
      found.push(...(await this.#audit(page, now)));
      checked += page.alerts.length;
      after = page.after;
    }
    found.push(...(await lateDeliveries(database, now)));
    await writeAudit(database, now, checked, found);
    this.#tell(found, before?.items ?? []);
    return { checked, found: found.length, rearmed: found.filter((each) => each.rearmed).length };
  }

  async #audit({ alerts }: AuditPage, now: Date): Promise<Finding[]> {
    const { database } = this.parts;
    const policies = await AuditPolicies.of(database, alerts);
    const findings = alerts.flatMap((alert) =>
      auditAlert(alert, (stand, verified) => policies.of(stand, verified), now.getTime()),
    );
    const isRearmed = await rearm(
      database,
      findings.filter(({ isLost }) => isLost),
      now,
    );
    return findings.map((each): Finding => (isRearmed(each) ? { ...each.finding, rearmed: true } : each.finding));
  }

  /** Each new one once: an alert that stays as it is need not be told every minute. */
  #tell(found: readonly Finding[], before: readonly Finding[]): void {
    const known = new Set(before.map(keyOf));
    for (const finding of found.filter((each) => !known.has(keyOf(each))).slice(0, LOGGED)) {
      if (finding.kind === 'exhausted')
        this.#logger.warn({ ...finding }, 'everybody was told of an alert, nobody came');
      else this.#logger.error({ ...finding }, `an escalation did not happen: ${finding.kind}`);
    }
  }
}

function keyOf({ kind, alertId, organisationId, level }: Finding): string {
  return [kind, alertId, organisationId, level].join(' ');
}
