import { runJobsCommand } from '../../src/notifications/jobs-command.js';
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

  it('shows dead deliveries without the path of the receiver, and replays one', async () => {
    const id = await bench.deliveryTo(receiver.url('/token-in-path'));
    receiver.answer = (response) => void response.writeHead(410).end();
    await bench.attempt(id);
    expect(await run('dead')).toBe(0);
    expect(lines[0]).toBe('pending 0, delivered 0, dead 1');
    expect(lines[1]).toContain(`${id}  event`);
    expect(lines[1]).toContain('HTTP 410');
    expect(lines.join()).not.toContain('token-in-path');

    expect(await run('replay', id)).toBe(0);
    expect(await run('replay', id)).toBe(1);
    expect(await run('list', '--json')).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({ counts: { pending: 1, dead: 0 }, deliveries: [{ id, attempts: 0 }] });
    receiver.answer = (response) => void response.writeHead(200).end();
    bench.clock.advance(60_000); // the command line goes by the real time
    expect(await bench.attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
  });

  it('replays all', async () => {
    receiver.answer = (response) => void response.writeHead(410).end();
    for (const id of [await bench.deliveryTo(receiver.url('/1')), await bench.deliveryTo(receiver.url('/2'))])
      await bench.attempt(id);
    expect(await run('replay', '--all', '--json')).toBe(0);
    expect(lines).toEqual(['{"replayed":2}']);
  });

  it.each([[[]], [['replay']], [['replay', '--all', 'x']], [['list', 'x']], [['burn']]])(
    'explains itself when used as %j',
    async (argv) => {
      expect(await run(...argv)).toBe(2);
      expect(lines[0]).toMatch(/^Usage/);
    },
  );
});
