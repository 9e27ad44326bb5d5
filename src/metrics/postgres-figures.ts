import type { Database } from '../database/database.js';
import type { MetricSource, Samples } from '../observability/metrics.js';

/** The connections of this process; asks nobody. */
export function postgresFigures(database: Database): MetricSource {
  const pools = { general: database.pool, log: database.writers } as const;
  const each = Object.entries(pools) as [keyof typeof pools, (typeof pools)[keyof typeof pools]][];
  return {
    name: 'postgres',
    read: (): Samples => ({
      naboom_postgres_connections: each.flatMap(([pool, { totalCount, idleCount }]) => [
        { labels: { pool, state: 'busy' as const }, value: totalCount - idleCount },
        { labels: { pool, state: 'idle' as const }, value: idleCount },
      ]),
      naboom_postgres_waiting: each.map(([pool, { waitingCount }]) => ({ labels: { pool }, value: waitingCount })),
    }),
  };
}
