import { Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { InjectClock, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { faultsOf, readAudit, type Finding } from '../escalation/audit-record.js';
import { within } from '../time-limit.js';
import { Fresh } from './fresh.js';

const READ_LIMIT_MS = 1000;
/** An audit runs every minute: after three nobody audits any more, ms. */
const STALE_MS = 3 * 60_000;

/** What the last audit says of escalations. */
export interface EscalationHealth {
  readonly escalationStatus: 'healthy' | 'degraded';
  /** Null before the first audit, and while Postgres cannot be asked. */
  readonly lastAuditAt: Date | null;
  /** What should have happened and did not. */
  readonly findings: number;
  /** The first of them, and alerts that nobody answered although everybody was told; for operators. */
  readonly items: readonly Finding[];
}

type Session = ReturnType<HealthIndicatorService['check']>;

const UNKNOWN: EscalationHealth = { escalationStatus: 'degraded', lastAuditAt: null, findings: 0, items: [] };

/** Whether everybody is called who should be, as the auditor found. */
@Injectable()
export class EscalationIndicator {
  readonly #fresh: Fresh<EscalationHealth>;
  readonly #startedAt: number;

  constructor(
    private readonly database: Database,
    @InjectClock() private readonly clock: Clock,
  ) {
    this.#fresh = new Fresh(() => this.#read(), clock);
    this.#startedAt = clock.now().getTime();
  }

  /** The last outcome, at most a second old. Never rejects. */
  probe(): Promise<EscalationHealth> {
    return this.#fresh.get();
  }

  /** The same as a Terminus result. */
  toResult({ escalationStatus }: EscalationHealth, session: Session): HealthIndicatorResult {
    return escalationStatus === 'healthy' ? session.up() : session.degraded();
  }

  async #read(): Promise<EscalationHealth> {
    try {
      const audit = await within(READ_LIMIT_MS, readAudit(this.database));
      // Where no worker has ever run, there is nothing to be late.
      if (!audit) return { ...UNKNOWN, escalationStatus: 'healthy' };
      const findings = faultsOf(audit);
      const isDegraded = findings > 0 || this.#isStale(audit.ranAt);
      const escalationStatus = isDegraded ? 'degraded' : 'healthy';
      return { escalationStatus, lastAuditAt: audit.ranAt, findings, items: audit.items };
    } catch {
      return UNKNOWN;
    }
  }

  /** A system that was off for the night has audits to come: it has the same time from its start. */
  #isStale(ranAt: Date): boolean {
    return this.clock.now().getTime() - Math.max(ranAt.getTime(), this.#startedAt) > STALE_MS;
  }
}
