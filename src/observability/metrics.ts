import { createRequire } from 'node:module';
import type { Registry } from 'prom-client';
import { TimeLimitError, within } from '../time-limit.js';
import { Logger } from './nest-log.js';
import { METRICS, type LabelsOf, type MetricName, type MetricSpec } from './metric-table.js';

/** What one source may take of a scrape, ms; Prometheus waits 10 s by default. */
const SOURCE_MS = 2000;

/** Loaded by the first scrape: a process that nobody scrapes does without its 3 MB. */
const load = createRequire(import.meta.url);

/** A value, with the labels that its figure has. */
export type Sample<N extends MetricName> =
  LabelsOf<N> extends undefined ? { readonly value: number } : { readonly labels: LabelsOf<N>; readonly value: number };

export type Samples = { readonly [N in MetricName]?: readonly Sample<N>[] };

/** Somebody who knows figures; it is asked at each scrape. */
export interface MetricSource {
  readonly name: string;
  /** Counters as they stand, since the process began or longer. */
  read(): Samples | Promise<Samples>;
}

/** The figures of this process for Prometheus. Counting is up to the sources, so that it costs an addition. */
export class Metrics {
  readonly #sources: MetricSource[] = [];
  readonly #logger = new Logger('Metrics');
  readonly #unread = new Set<string>();
  /** Of the process itself: CPU, memory, event loop, garbage. */
  #process: Registry | undefined;

  /** From now on `source` is asked as well. */
  add(source: MetricSource): void {
    this.#sources.push(source);
  }

  /** All figures, as Prometheus reads them; what cannot be read in time is left out and named. Never rejects. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    const client = load('prom-client') as typeof import('prom-client');
    this.#process ??= processFigures(client);
    const registry = new client.Registry();
    const found = await Promise.all(this.#sources.map((source) => this.#read(source)));
    const unread = this.#sources.flatMap(({ name }, index) => (found[index] ? [] : [name]));
    found.push({ naboom_metrics_unread: unread.map((source) => ({ labels: { source }, value: 1 })) });
    for (const samples of found) fill(client, registry, samples ?? {});
    const text = `${await registry.metrics()}\n${await this.#process.metrics()}`;
    return { contentType: registry.contentType, text };
  }

  async #read(source: MetricSource): Promise<Samples | undefined> {
    try {
      const samples = await within(SOURCE_MS, Promise.resolve(source.read()));
      this.#unread.delete(source.name);
      return samples;
    } catch (error) {
      if (!this.#unread.has(source.name)) {
        const reason = error instanceof TimeLimitError ? 'too slow' : (error as Error).name;
        this.#logger.warn({ source: source.name, reason }, 'some figures cannot be read');
      }
      this.#unread.add(source.name);
      return undefined;
    }
  }
}

type Client = typeof import('prom-client');

function processFigures(client: Client): Registry {
  const register = new client.Registry();
  client.collectDefaultMetrics({ register });
  return register;
}

/** A registry of one scrape: what is not told any more is not told as it was. */
function fill(client: Client, registry: Registry, samples: Samples): void {
  for (const [name, values] of Object.entries(samples)) {
    if (values.length === 0) continue;
    const { type, help, labels = {} }: MetricSpec = METRICS[name as MetricName];
    const settings = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    const metric = type === 'counter' ? new client.Counter(settings) : new client.Gauge(settings);
    for (const { value, ...rest } of values) {
      const own = 'labels' in rest ? (rest.labels as Record<string, string>) : {};
      metric.inc(own, value);
    }
  }
}
