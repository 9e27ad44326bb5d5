import { systemClock } from '../../src/clock.js';
import { runJobsCommand } from '../../src/dead-letters/jobs-command.js';
import { DeadJobs } from '../../src/queues/dead-jobs.js';
import { DeliveryBench } from '../support/delivery-bench.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from '../support/webhook-receiver.js';

let bench: DeliveryBench;
let receiver: WebhookReceiver;

beforeAll(async () => {
  bench = await DeliveryBench.open();
});
beforeEach(async () => {
  receiver = await startWebhookReceiver(WEBHOOK_SECRET);
  await bench.reset();
  await bench.database.query({ text: 'delete from dead_jobs' });
});
afterEach(async () => receiver.close());
afterAll(async () => bench.close());

describe('npm run jobs', () => {
  const lines: string[] = [];
  const run = async (...argv: string[]) => {
    lines.length = 0;
    const env = { DATABASE_URL: bench.url, NABOOM_OPERATOR_KEY: 'operator-key-of-a-job-test' };
    return runJobsCommand(argv, env, (line) => lines.push(line));
  };

  async function deadDelivery(path: string): Promise<string> {
    const id = await bench.deliveryTo(receiver.url(path));
    receiver.answer = (response) => void response.writeHead(410).end();
    await bench.attempt(id);
    return id;
  }

  async function deadJob(jobId: string): Promise<void> {
    const what = { queue: 'maintenance', job: 'prune', payload: { key: 'planted-secret' }, attempts: 5 };
    const reason = 'no answer of https://example.org/token-in-path';
    await new DeadJobs(bench.database).add([{ ...what, jobId, addedAt: 1, reason, at: new Date('2026-01-01') }]);
  }

  it('shows dead deliveries and jobs without the path of the receiver and values of payloads', async () => {
    const id = await deadDelivery('/token-in-path');
    await deadJob('7');
    await deadJob('7');
    expect(await run('dead')).toBe(0);
    expect(lines[0]).toBe(
      'deliveries: pending 0, delivered 0, skipped 0, dead 1; jobs given up: dead 1, replaying 0, replayed 0, dropped 0',
    );
    expect(lines[1]).toMatch(
      new RegExp(`^${id}  webhook of event \\d+  http://127.0.0.1:\\d+  1 attempts .* HTTP 410`),
    );
    expect(lines[2]).toContain('job prune of maintenance  { key: string }  5 attempts  2026-01-01T00:00:00.000Z');
    expect(lines[2]).toContain('no answer of https://example.org');
    expect(lines.join()).not.toMatch(/token-in-path|planted-secret/);
  });

  it('replays one delivery, once', async () => {
    const id = await deadDelivery('/');
    expect(await run('replay', id)).toBe(0);
    expect(await run('replay', id)).toBe(1);
    expect(await run('replay', 'zzz')).toBe(1);
    expect(lines).toEqual(['replayed 0', 'no dead letter has the id zzz; `npm run jobs -- dead` lists them']);
    expect(await run('list', '--json')).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      counts: { deliveries: { pending: 1, dead: 0 } },
      items: [{ id, attempts: 0 }],
    });
    receiver.answer = (response) => void response.writeHead(200).end();
    bench.clock.advance(60_000); // the command line goes by the real time
    expect(await bench.attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
  });

  it('makes them due at once also from a machine whose clock is an hour ahead', async () => {
    const id = await deadDelivery('/');
    const ahead = jest.spyOn(systemClock, 'now').mockImplementation(() => new Date(Date.now() + 3_600_000));
    try {
      expect(await run('replay', id, '--json')).toBe(0);
    } finally {
      ahead.mockRestore();
    }
    expect(JSON.parse(lines.join('\n'))).toMatchObject({ replayed: 1 });
    const { rows } = await bench.database.query<{ wait: number }>({
      text: 'select extract(epoch from next_attempt_at - now())::float8 as wait from deliveries where id = $1',
      values: [id],
    });
    expect(rows[0]!.wait).toBeLessThan(1);
  });

  it('replays all: deliveries become pending, jobs wait for a worker', async () => {
    await deadDelivery('/1');
    await deadDelivery('/2');
    await deadJob('7');
    expect(await run('replay', '--all', '--json')).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({ replayed: 3 });
    await run('dead', '--json');
    expect(JSON.parse(lines[0]!)).toMatchObject({ counts: { jobs: { dead: 0, replaying: 1 } }, items: [] });
  });

  it('drops for good, and says what', async () => {
    const id = await deadDelivery('/');
    await deadJob('7');
    expect(await run('drop', '--all')).toBe(0);
    expect(lines[0]).toBe('dropped 2');
    expect(lines.slice(1).join()).toContain(id);
    await deadJob('7'); // BullMQ still shows it
    expect(await run('drop', '--all')).toBe(1);
    expect(await run('replay', id)).toBe(1);
  });

  it.each([[[]], [['replay']], [['drop']], [['replay', '--all', 'x']], [['list', 'x']], [['burn']]])(
    'explains itself when used as %j',
    async (argv) => {
      expect(await run(...argv)).toBe(2);
      expect(lines[0]).toMatch(/^Usage/);
    },
  );
});
