import { METRICS, type MetricSpec } from './metric-table.js';

const FROM: Readonly<Record<MetricSpec['from'], string>> = {
  api: 'API processes',
  worker: 'workers',
  each: 'each, of itself',
  all: 'each, the same',
};

/** docs/metrics.md, from the table. */
export function renderMetricDocs(): string {
  const rows = Object.entries<MetricSpec>(METRICS).map(([name, { type, help, labels = {}, from }]) => {
    const told = Object.entries(labels).map(([label, values]) => `\`${label}\` (${valuesOf(values)})`);
    return [`\`${name}\``, type, told.join('; '), FROM[from], help];
  });
  const table = [['name', 'type', 'labels', 'told by', 'what it is'], Array.from({ length: 5 }, () => '---'), ...rows];
  return `# Metrics

\`GET /metrics\` tells them in the text format of Prometheus: on an API process to operators (\`Authorization: Bearer
<operator key>\`), on the port of a worker without a login, so keep that port private. What stands in Postgres is the same
from each process: use \`max\` over them, not \`sum\`. Figures that cannot be read within 2 s are absent, and
\`naboom_metrics_unread\` names them. No label holds a person, an alert, a place or an organisation.

Alert rules to start from: [ops/prometheus/rules.yml](../ops/prometheus/rules.yml).

${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

Beside them \`process_*\` and \`nodejs_*\`, as [prom-client](https://github.com/siimon/prom-client) has them.

<!-- Made by \`npm run docs\` from src/observability/metric-table.ts. -->
`;
}

function valuesOf(values: readonly string[] | string): string {
  return typeof values === 'string' ? values : values.join(', ');
}
