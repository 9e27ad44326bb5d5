import { Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { QueryConfig } from 'pg';
import { InjectClock, type Clock } from '../clock.js';
import { Database, isUnavailable } from '../database/database.js';
import { Fresh } from './fresh.js';
import { TimeLimitError, within } from '../time-limit.js';

const PROBE_LIMIT_MS = 1000;

/**
 * What the writer of the log does first: it locks the head. That fails on a read-only server, without the rights and
 * without the schema, and its commit waits for the disk; yet it changes nothing and leaves no dead row.
 */
const TAKE_THE_WRITE_PATH: QueryConfig & { query_timeout: number } = {
  text: `select has_table_privilege('alerts', 'insert') and has_table_privilege('alerts', 'update')
    and has_table_privilege('alert_events', 'insert') and has_table_privilege('idempotency', 'insert') as writable
    from log_head where id for no key update`,
  // The pool drops a connection whose query takes longer, so probes never keep one from the log.
  query_timeout: PROBE_LIMIT_MS,
};

export type DatabaseStatus = 'connected' | 'not_writable' | 'disconnected';

/** What the probe says of Postgres. */
export interface DatabaseHealth {
  readonly databaseStatus: DatabaseStatus;
  readonly responseTimeMs: number;
  /** Why no alert can be stored, in words that are safe to show. */
  readonly error?: string;
}

/** Postgres can store an alert, by the very connections that the log writes with. */
@Injectable()
export class DatabaseIndicator {
  readonly #fresh: Fresh<DatabaseHealth>;
  readonly #logger = new Logger('Health');
  #last: DatabaseStatus = 'connected';

  constructor(
    private readonly database: Database,
    private readonly terminus: HealthIndicatorService,
    @InjectClock() clock: Clock,
  ) {
    this.#fresh = new Fresh(() => this.#probe(), clock);
  }

  /** The last outcome, at most a second old. */
  probe(): Promise<DatabaseHealth> {
    return this.#fresh.get();
  }

  /** The same as a Terminus result. */
  async check(): Promise<HealthIndicatorResult> {
    return this.toResult(await this.probe());
  }

  toResult({ databaseStatus, ...rest }: DatabaseHealth): HealthIndicatorResult {
    const session = this.terminus.check('database');
    const details = { databaseStatus, ...rest };
    return databaseStatus === 'connected' ? session.up(details) : session.down(details);
  }

  async #probe(): Promise<DatabaseHealth> {
    const started = performance.now();
    const failure = await this.#failure();
    const responseTimeMs = Math.round((performance.now() - started) * 10) / 10;
    const health = { databaseStatus: 'connected' as DatabaseStatus, responseTimeMs, ...failure };
    if (health.databaseStatus !== this.#last) {
      if (failure) this.#logger.error({ status: failure.databaseStatus }, failure.error);
      else this.#logger.log('Postgres can store alerts again');
    }
    this.#last = health.databaseStatus;
    return health;
  }

  async #failure(): Promise<Pick<DatabaseHealth, 'databaseStatus' | 'error'> | undefined> {
    try {
      const { rows } = await within(
        PROBE_LIMIT_MS,
        this.database.writers.query<{ writable: boolean }>(TAKE_THE_WRITE_PATH),
      );
      if (rows[0]?.writable) return undefined;
      const error = rows[0] ? 'The Postgres user may not write the log' : 'The log has no head: run the migrations';
      return { databaseStatus: 'not_writable', error };
    } catch (error) {
      return explain(error);
    }
  }
}

/** Postgres' own texts may name users and addresses; ours do not. */
const REASONS: Readonly<Record<string, string>> = {
  '25006': 'Postgres is read-only: it is a replica, or set so',
  '28000': 'Postgres refuses the login',
  '28P01': 'Postgres refuses the login',
  '3D000': 'Postgres has no such database',
  '42501': 'The Postgres user may not write the log',
  '42P01': 'The schema is missing: run the migrations',
};

function explain(error: unknown): Pick<DatabaseHealth, 'databaseStatus' | 'error'> {
  if (error instanceof TimeLimitError) return { databaseStatus: 'disconnected', error: 'Postgres is too slow' };
  const { code = '' } = (error ?? {}) as { code?: string };
  const known = REASONS[code];
  if (known) return { databaseStatus: /^(25|42)/.test(code) ? 'not_writable' : 'disconnected', error: known };
  return isUnavailable(error)
    ? { databaseStatus: 'disconnected', error: 'Postgres cannot be reached' }
    : { databaseStatus: 'not_writable', error: `Postgres refuses the probe${code ? ` (${code})` : ''}` };
}
