import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { readAudit, FINDING_KINDS } from '../escalation/audit-record.js';
import type { LabelsOf } from '../observability/metric-table.js';
import type { MetricSource, Samples } from '../observability/metrics.js';

/** How long an answer of Postgres counts, ms: scrapes must not load it, however many ask. */
const FRESH_MS = 5000;

interface Row {
  readonly figure: 'deliveries' | 'due' | 'escalations' | 'dead';
  readonly channel: Channel | null;
  readonly state: string | null;
  readonly count: string;
  /** Seconds. */
  readonly age: number | null;
}

/**
 * Ids begin with the time they were made at, so that the primary key finds those of the last hour. All parts are
 * bounded: a scrape costs milliseconds when there are millions of rows, and also when a million is due.
 */
const READ = {
  name: 'read-ledger-figures',
  text: `
    select 'deliveries' as figure, channel, status as state, count(*) as count, null::float8 as age
      from (select channel, status from deliveries where id >= $1 order by id limit 100000) recent
     group by channel, status
    union all
    select 'due', channel, null, count(*), max(extract(epoch from $2::timestamptz - next_attempt_at)::float8)
      from (select channel, next_attempt_at from deliveries
             where status = 'pending' and next_attempt_at <= $2 order by next_attempt_at limit 10000) due
     group by channel
    union all
    select 'escalations', null, state, count(*), null
      from (select case when next_escalation_at < $2::timestamptz - interval '5 s' then 'overdue' else 'open' end as state
              from escalations where next_escalation_at is not null limit 100000) running
     group by state
    union all
    select 'dead', null, null, count(*), null from (select from dead_jobs where status = 'dead' limit 10000) dead`,
} as const;

/** What is due and what has become of it, as the ledger in Postgres has it. */
export class LedgerFigures implements MetricSource {
  readonly name = 'ledger';
  #last: { readonly at: number; readonly samples: Promise<Samples> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Those of at most 5 s ago. Rejects when Postgres is away. */
  read(): Promise<Samples> {
    const now = this.clock.now().getTime();
    const age = now - (this.#last?.at ?? 0);
    if (this.#last && age >= 0 && age < FRESH_MS) return this.#last.samples;
    const last = { at: now, samples: this.#ask(new Date(now)) };
    this.#last = last;
    last.samples.catch(() => {
      if (this.#last === last) this.#last = undefined;
    });
    return last.samples;
  }

  async #ask(now: Date): Promise<Samples> {
    const values = [firstIdAt(now.getTime() - 3_600_000), now];
    const [{ rows }, audit] = await Promise.all([
      this.database.query<Row>({ ...READ, values }),
      readAudit(this.database),
    ]);
    const of = (figure: Row['figure']) => rows.filter((row) => row.figure === figure);
    const running = of('escalations');
    const count = (state: string) => Number(running.find((row) => row.state === state)?.count ?? 0);
    return {
      naboom_deliveries: of('deliveries').map(({ channel, state, count: value }) => ({
        labels: { channel, status: state } as LabelsOf<'naboom_deliveries'>,
        value: Number(value),
      })),
      naboom_deliveries_due: of('due').map(({ channel, count: value }) => ({
        labels: { channel: channel! },
        value: Number(value),
      })),
      naboom_deliveries_oldest_due_seconds: [{ value: Math.max(0, ...of('due').map(({ age }) => age ?? 0)) }],
      naboom_escalations: [
        { labels: { state: 'open' }, value: count('open') + count('overdue') },
        { labels: { state: 'overdue' }, value: count('overdue') },
      ],
      naboom_dead_jobs: of('dead').map(({ count: value }) => ({ value: Number(value) })),
      naboom_escalation_audit_findings: audit
        ? FINDING_KINDS.map((kind) => ({ labels: { kind }, value: audit.counts[kind] ?? 0 }))
        : [],
      naboom_escalation_audit_age_seconds: audit ? [{ value: (now.getTime() - audit.ranAt.getTime()) / 1000 }] : [],
    };
  }
}

/** The lowest id that is made at this time (ms) or later. */
function firstIdAt(ms: number): string {
  const hex = Math.floor(ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
