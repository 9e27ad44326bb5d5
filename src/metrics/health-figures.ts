import type { Answerer } from '../health/answerer.js';
import type { HealthReportService } from '../health/health-report.service.js';
import type { MetricSource, Samples } from '../observability/metrics.js';

/** What health finds, at most a second old: a scrape and a probe of the same second ask Redis once. */
export function healthFigures(reports: HealthReportService, answerer: Answerer): MetricSource {
  return {
    name: 'health',
    async read(): Promise<Samples> {
      const { database, users, figures, intake } = await reports.look();
      const { version, role } = answerer.now();
      const isConnected = database.databaseStatus === 'connected';
      return {
        naboom_takes_alerts: [{ value: Number(isConnected || intake.takes) }],
        naboom_pending_presses: intake.counts ? [{ value: intake.counts.pending }] : [],
        naboom_refused_presses: intake.counts ? [{ value: intake.counts.refused }] : [],
        naboom_info: [{ labels: { version, role }, value: 1 }],
        naboom_postgres_up: [{ value: Number(isConnected) }],
        naboom_redis_up: users.map(({ indicator, health }) => ({
          labels: { role: indicator.role },
          value: Number(health.userStatus === 'healthy'),
        })),
        naboom_redis_acl_denials_total: figures ? [{ value: figures.aclDenials }] : [],
      };
    },
  };
}
