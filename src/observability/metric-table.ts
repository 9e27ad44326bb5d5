import { ALERT_SOURCES } from '../alerts/alert.js';
import { CHANNELS } from '../alerts/channel.js';
import { DELIVERY_STATUSES } from '../notifications/delivery.js';

/** A figure that is told at `/metrics`. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Every value that each label may have, or what bounds them: none is anybody's, and none grows with use. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>;
  /** Which processes tell it. `all`: read from Postgres or Redis, the same from each of them. */
  readonly from: 'api' | 'worker' | 'each' | 'all';
}

const POOLS = ['general', 'log'] as const;

/** Every figure of ours, by its name in Prometheus; docs/operations.md and the alert rules are held in step with it. */
export const METRICS = {
  naboom_info: {
    type: 'gauge',
    help: 'Always 1: which version and role this process has',
    labels: { version: 'one', role: ['api', 'worker', 'all'] },
    from: 'each',
  },
  naboom_alerts_raised_total: {
    type: 'counter',
    help: 'Presses that were committed: new alerts, and those that were folded into an open one',
    labels: { outcome: ['new', 'folded'], source: ALERT_SOURCES, lane: ['verified', 'unverified'] },
    from: 'api',
  },
  naboom_log_commits_total: { type: 'counter', help: 'Commits to the log of alerts', from: 'api' },
  naboom_log_events_total: {
    type: 'counter',
    help: 'Events that were committed; over the commits it is the size of a batch',
    from: 'api',
  },
  naboom_publish_failures_total: {
    type: 'counter',
    help: 'Times that committed events did not get into Redis: nothing is lost, others are late',
    labels: { to: ['streams', 'broadcast', 'cache'] },
    from: 'api',
  },
  naboom_sockets: {
    type: 'gauge',
    help: 'Sockets that follow live',
    labels: { kind: ['responder', 'machine', 'reporter'] },
    from: 'api',
  },
  naboom_socket_events_sent_total: { type: 'counter', help: 'Events written to sockets that follow live', from: 'api' },
  naboom_socket_resyncs_total: {
    type: 'counter',
    help: 'Sockets that were told to connect anew',
    labels: { reason: ['slow', 'unavailable', 'cursor-expired', 'cursor-ahead'] },
    from: 'api',
  },
  naboom_takes_alerts: { type: 'gauge', help: '1 while Postgres or Redis can store an alert', from: 'each' },
  naboom_postgres_up: { type: 'gauge', help: '1 while Postgres can store an alert', from: 'each' },
  naboom_pending_presses: { type: 'gauge', help: 'Presses in Redis that wait for Postgres', from: 'all' },
  naboom_refused_presses: {
    type: 'gauge',
    help: 'What stands aside in Redis, as Postgres cannot store it',
    from: 'all',
  },
  naboom_postgres_connections: {
    type: 'gauge',
    help: 'Connections of this process',
    labels: { pool: POOLS, state: ['busy', 'idle'] },
    from: 'each',
  },
  naboom_postgres_waiting: {
    type: 'gauge',
    help: 'Queries of this process that wait for a connection',
    labels: { pool: POOLS },
    from: 'each',
  },
  naboom_redis_up: {
    type: 'gauge',
    help: '1 while the Redis user of a role can do what it is for',
    labels: { role: ['app', 'queue', 'websocket', 'realtime', 'monitoring'] },
    from: 'each',
  },
  naboom_redis_acl_denials_total: {
    type: 'counter',
    help: 'Commands and logins that Redis has refused since it started',
    from: 'all',
  },
  naboom_deliveries: {
    type: 'gauge',
    help: 'Deliveries that were added in the last hour, 100 000 at most, by what has become of them',
    labels: { channel: CHANNELS, status: DELIVERY_STATUSES },
    from: 'all',
  },
  naboom_deliveries_due: {
    type: 'gauge',
    help: 'Deliveries that wait for an attempt now, 10 000 at most',
    labels: { channel: CHANNELS },
    from: 'all',
  },
  naboom_deliveries_oldest_due_seconds: {
    type: 'gauge',
    help: 'How long the oldest of them has been waiting',
    from: 'all',
  },
  naboom_escalations: {
    type: 'gauge',
    help: 'Escalations that are under way, and those of them that are late by more than 5 s',
    labels: { state: ['open', 'overdue'] },
    from: 'all',
  },
  naboom_escalation_audit_findings: {
    type: 'gauge',
    help: 'What the last audit of escalations found',
    labels: { kind: ['unwatched', 'late', 'stopped', 'undelivered', 'exhausted'] },
    from: 'all',
  },
  naboom_escalation_audit_age_seconds: {
    type: 'gauge',
    help: 'Time since the last audit; absent before the first',
    from: 'all',
  },
  naboom_jobs: {
    type: 'gauge',
    help: 'Jobs in Redis',
    labels: { queue: 'one for each queue', state: ['waiting', 'active', 'delayed', 'failed'] },
    from: 'worker',
  },
  naboom_jobs_finished_total: {
    type: 'counter',
    help: 'Attempts at jobs of this process',
    labels: { outcome: ['completed', 'failed'] },
    from: 'worker',
  },
  naboom_dead_jobs: {
    type: 'gauge',
    help: 'Jobs that were given up and wait for somebody to replay or drop them, 10 000 at most',
    from: 'all',
  },
  naboom_metrics_unread: {
    type: 'gauge',
    help: '1 for figures that could not be read: they are absent from this answer',
    labels: { source: 'one for each kind of figures' },
    from: 'each',
  },
} as const satisfies Readonly<Record<`naboom_${string}`, MetricSpec>>;

export type MetricName = keyof typeof METRICS;

/** Labels of a figure; none for one that has none. */
export type LabelsOf<N extends MetricName> = (typeof METRICS)[N] extends { labels: infer L }
  ? { readonly [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string }
  : undefined;
