import { METRICS, type MetricSpec } from '../../src/observability/metric-table.js';
import { eventually } from '../support/eventually.js';
import { PeopleClient } from '../support/people-client.js';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const used = useNode();
let worker: TestNode;

beforeAll(async () => {
  const { redis, databaseUrl } = used();
  worker = await startTestNode({ role: 'worker', env: { ...redis.env, DATABASE_URL: databaseUrl } });
});
afterAll(async () => worker?.stop());

type Told = ReadonlyMap<string, number>;

/** Each line of an answer in the text format: its name with its labels, and its value. */
function readTold(text: string): Told {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const told = async () => readTold((await used().client.get('/metrics')).body as string);
const toldByWorker = async () => readTold(await (await fetch(`${worker.url}/metrics`)).text());

/** Names and labels that are not in the table. */
function undocumented(figures: Told): string[] {
  const table: Readonly<Record<string, MetricSpec>> = METRICS;
  return [...figures.keys()]
    .filter((key) => key.startsWith('naboom_'))
    .filter((key) => {
      const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(key)!;
      const spec = table[name!];
      return [...labels.matchAll(/(\w+)="([^"]*)"/g)].some(([, label, value]) => {
        const values = spec?.labels?.[label!];
        return typeof values === 'string' ? false : !values?.includes(value!);
      });
    });
}

describe('figures for Prometheus', () => {
  it('are for operators on the port of the API', async () => {
    const { client, node } = used();
    const anyone = await client.ask('/metrics');
    expect(anyone.status).toBe(401);
    expect(anyone.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(anyone.body).toMatchObject({ code: 'UNAUTHENTICATED' });
    const person = await new PeopleClient(node.url).join('somebody@example.org');
    const refused = await client.ask('/metrics', { headers: { authorization: `Bearer ${person.token}` } });
    expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 403, code: 'FORBIDDEN' });
    const operator = await client.get('/metrics');
    expect(operator.status).toBe(200);
    expect(operator.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('count what happened, without a name of anybody', async () => {
    const { client } = used();
    const raised = await client.raise({
      severity: 'high',
      message: 'planted message',
      contact: { phone: '0821234567' },
    });
    await client.raise({ severity: 'high', contact: { phone: '0821234567' } });
    const figures = await eventually(async () => {
      const found = await told();
      return found.get('naboom_log_commits_total')! >= 2 && found;
    });
    expect(figures.get('naboom_alerts_raised_total{outcome="new",source="web",lane="verified"}')).toBe(1);
    expect(figures.get('naboom_alerts_raised_total{outcome="folded",source="web",lane="verified"}')).toBe(1);
    expect(figures.get('naboom_log_events_total')).toBe(2);
    expect(figures.get('naboom_postgres_up')).toBe(1);
    expect(figures.get('naboom_redis_up{role="app"}')).toBe(1);
    expect(figures.get('naboom_redis_acl_denials_total')).toBe(0);
    expect(figures.get('naboom_postgres_waiting{pool="log"}')).toBe(0);
    expect(figures.get('naboom_sockets{kind="responder"}')).toBe(0);
    expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(10e6);
    expect(undocumented(figures)).toEqual([]);
    const text = [...figures.keys()].join('\n');
    expect(text).not.toContain(raised.body.id);
    expect(text).not.toMatch(/planted|082|\+27/);
  });

  it('are told by a worker on its own port, with what is due', async () => {
    const figures = await toldByWorker();
    expect(figures.get('naboom_deliveries_oldest_due_seconds')).toBe(0);
    expect(figures.get('naboom_escalations{state="overdue"}')).toBeDefined();
    expect(figures.get('naboom_jobs_finished_total{outcome="failed"}')).toBe(0);
    expect(figures.get('naboom_jobs{queue="maintenance",state="failed"}')).toBe(0);
    expect(figures.get('naboom_dead_jobs')).toBe(0);
    expect(undocumented(figures)).toEqual([]);
  });
});
