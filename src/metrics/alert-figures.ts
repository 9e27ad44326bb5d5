import type { AlertLog } from '../alerts/alert-log.js';
import type { AlertPublisher } from '../alerts/alert-publisher.js';
import type { LogEntry } from '../alerts/alert.js';
import type { LabelsOf } from '../observability/metric-table.js';
import type { MetricSource, Samples } from '../observability/metrics.js';

type Press = LabelsOf<'naboom_alerts_raised_total'>;

/** Counts what this process commits: a look-up for each press, after its commit. */
export class AlertFigures implements MetricSource {
  readonly name = 'alerts';
  readonly #presses = new Map<string, { readonly labels: Press; value: number }>();
  #commits = 0;
  #events = 0;

  constructor(
    log: Pick<AlertLog, 'onCommit'>,
    private readonly publisher: Pick<AlertPublisher, 'failures'>,
  ) {
    log.onCommit((entries) => this.#count(entries));
  }

  read(): Samples {
    const { streams, broadcast, cache } = this.publisher.failures;
    return {
      naboom_alerts_raised_total: [...this.#presses.values()],
      naboom_log_commits_total: [{ value: this.#commits }],
      naboom_log_events_total: [{ value: this.#events }],
      naboom_publish_failures_total: [
        { labels: { to: 'streams' }, value: streams },
        { labels: { to: 'broadcast' }, value: broadcast },
        { labels: { to: 'cache' }, value: cache },
      ],
    };
  }

  #count(entries: readonly LogEntry[]): void {
    this.#commits += 1;
    this.#events += entries.length;
    for (const { type, alert, details } of entries) {
      if (type !== 'alert.raised' && type !== 'alert.repeated') continue;
      const outcome = type === 'alert.raised' ? 'new' : 'folded';
      const lane = details.verified ? 'verified' : 'unverified';
      this.#add({ outcome, source: alert.source, lane });
    }
  }

  #add(labels: Press): void {
    const key = `${labels.outcome} ${labels.source} ${labels.lane}`;
    const found = this.#presses.get(key);
    if (found) found.value += 1;
    else this.#presses.set(key, { labels, value: 1 });
  }
}
