import { Logger } from '@nestjs/common';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import { Database } from '../../src/database/database.js';
import { DELIVERY_LIMITS, DeliverWebhook, type WebhookSettings } from '../../src/notifications/deliver-webhook.js';
import { Deliveries } from '../../src/notifications/deliveries.js';
import { runJobsCommand } from '../../src/notifications/jobs-command.js';
import { AllowedHosts, systemResolve } from '../../src/notifications/webhook-target.js';
import { raiseAlert } from '../support/raise-alert.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;
/** Nobody listens there. */
const CLOSED = 'http://127.0.0.1:1/';
const NEVER = new AbortController().signal;

let testDatabase: TestDatabase;
let database: Database;
let receiver: WebhookReceiver;
let clock: TestClock;

beforeAll(async () => {
  Logger.overrideLogger(false);
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url);
});
beforeEach(async () => {
  receiver = await startWebhookReceiver(SECRET);
  clock = new TestClock(new Date().toISOString()); // receivers refuse a signature of another time
  await database.query({ text: 'delete from deliveries' });
});
afterEach(async () => receiver.close());
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** An alert with its delivery to `target`; the delivery's id. */
async function deliveryTo(target: string): Promise<string> {
  await raiseAlert(new AlertLog(database), clock.now());
  const { head } = await new AlertReader(database).range();
  const range = { after: head - 1, through: head };
  const [row] = await database.transaction((client) =>
    new Deliveries(database).insert(client, range, [target], clock.now()),
  );
  return row!.id;
}

interface Setup {
  readonly limits?: Partial<typeof DELIVERY_LIMITS>;
  readonly settings?: Partial<WebhookSettings>;
}

async function attempt(id: string, { limits = {}, settings = {} }: Setup = {}, signal = NEVER): Promise<unknown> {
  const targets = await database.query<{ target: string }>({ text: 'select target from deliveries' });
  const job = new DeliverWebhook({
    deliveries: new Deliveries(database),
    reader: new AlertReader(database),
    clock,
    settings: {
      urls: targets.rows.map(({ target }) => target),
      secret: SECRET,
      allowed: new AllowedHosts(['127.0.0.1']),
      resolve: systemResolve,
      ...settings,
    },
    limits: { ...DELIVERY_LIMITS, ...limits },
  });
  return job.run({ deliveryId: id }, signal);
}

async function row(id: string) {
  const { rows } = await database.query<{
    status: string;
    attempts: number;
    last_error: string | null;
    next_attempt_at: Date;
  }>({ text: 'select * from deliveries where id = $1', values: [id] });
  const { status, attempts, last_error: lastError, next_attempt_at: nextAttemptAt } = rows[0]!;
  return { status, attempts, lastError, waitMs: nextAttemptAt.getTime() - clock.now().getTime() };
}

describe('a delivery', () => {
  it('is signed per Standard Webhooks and carries what responders see', async () => {
    const id = await deliveryTo(receiver.url());
    expect(await attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
    expect(receiver.refused).toEqual([]);
    const [webhook] = receiver.received;
    expect(webhook?.id).toBe(id);
    expect(webhook?.body.type).toBe('alert.raised');
    expect(webhook?.body.data.alert).toMatchObject({ severity: 'high', message: 'planted message' });
    expect(webhook?.body.data.alert).not.toHaveProperty('own');
    expect((await row(id)).status).toBe('delivered');
  });

  it('happens once, however often its job runs', async () => {
    const id = await deliveryTo(receiver.url());
    await Promise.all([attempt(id), attempt(id), attempt(id)]);
    expect(await attempt(id)).toEqual({ outcome: 'not due' });
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried again with back-off while the receiver is down, and is dead after twelve attempts', async () => {
    const id = await deliveryTo(CLOSED);
    const waits: number[] = [];
    for (let tries = 1; tries < 12; tries++) {
      expect(await attempt(id)).toEqual({ outcome: 'retry', attempts: tries });
      const { waitMs, lastError } = await row(id);
      expect(lastError).toBe('ECONNREFUSED');
      waits.push(waitMs);
      clock.advance(waitMs - 1);
      expect(await attempt(id)).toEqual({ outcome: 'not due' });
      clock.advance(1);
    }
    waits.forEach((wait, index) => {
      const usual = Math.min(5000 * 2 ** index, 3_600_000);
      expect(wait).toBeGreaterThanOrEqual(usual * 0.8);
      expect(wait).toBeLessThanOrEqual(usual * 1.2);
    });
    expect(await attempt(id)).toEqual({ outcome: 'dead', attempts: 12 });
    expect(await attempt(id)).toEqual({ outcome: 'not due' });
  });

  it('is dead at once when the receiver is gone for good', async () => {
    const id = await deliveryTo(receiver.url());
    receiver.answer = (response) => void response.writeHead(410).end();
    expect(await attempt(id)).toEqual({ outcome: 'dead', attempts: 1 });
    expect(await row(id)).toMatchObject({ status: 'dead', lastError: 'HTTP 410' });
  });

  it('waits as long as the receiver asks', async () => {
    const id = await deliveryTo(receiver.url());
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '600' }).end();
    await attempt(id);
    expect((await row(id)).waitMs).toBe(600_000);
  });

  it('follows no redirect', async () => {
    const id = await deliveryTo(receiver.url('/first'));
    receiver.answer = (response) => void response.writeHead(307, { location: receiver.url('/second') }).end();
    expect(await attempt(id)).toEqual({ outcome: 'retry', attempts: 1 });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/first']);
  });

  it.each([
    ['answers nothing', () => undefined],
    [
      'ends no headers',
      (response: import('node:http').ServerResponse) => void response.socket?.write('HTTP/1.1 200 OK\r\n'),
    ],
    [
      'ends no body',
      (response: import('node:http').ServerResponse) => void response.writeHead(200).write('never ends'),
    ],
  ])('is given up in time when the receiver %s', async (_case, answer) => {
    const id = await deliveryTo(receiver.url());
    receiver.answer = answer;
    const started = Date.now();
    expect(await attempt(id, { limits: { requestMs: 300 } })).toEqual({ outcome: 'retry', attempts: 1 });
    expect(Date.now() - started).toBeLessThan(2000);
    expect((await row(id)).lastError).toBe('no answer in time');
  });

  it('is given up in time when the name look-up hangs', async () => {
    const id = await deliveryTo('https://hangs.example/');
    const resolve = () => new Promise<never>(() => undefined);
    expect(await attempt(id, { limits: { requestMs: 200 }, settings: { resolve } })).toMatchObject({
      outcome: 'retry',
    });
    expect((await row(id)).lastError).toBe('no answer in time');
  });

  it('reads no more of an answer than its limit, and counts it', async () => {
    const id = await deliveryTo(receiver.url());
    let cut: (() => void) | undefined;
    const wasCut = new Promise<void>((resolve) => (cut = resolve));
    receiver.answer = (response) => {
      response.on('close', () => cut!());
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
    await wasCut;
  });

  it('stops when its job is aborted, and is tried again', async () => {
    const id = await deliveryTo(receiver.url());
    const stop = new AbortController();
    receiver.answer = () => stop.abort();
    expect(await attempt(id, {}, stop.signal)).toEqual({ outcome: 'retry', attempts: 1 });
  });

  it('is taken over when the worker that had it died, after its lease and not before', async () => {
    const id = await deliveryTo(receiver.url());
    await new Deliveries(database).claim(id, clock.now(), DELIVERY_LIMITS.leaseMs);
    clock.advance(DELIVERY_LIMITS.leaseMs - 1);
    expect(await attempt(id)).toEqual({ outcome: 'not due' });
    clock.advance(1);
    expect(await attempt(id)).toEqual({ outcome: 'delivered', attempts: 2 });
  });

  it('connects to the checked address and looks nothing up again', async () => {
    const id = await deliveryTo(`http://no-such-name.invalid:${receiver.port}/`);
    const settings = { allowed: new AllowedHosts(['127.0.0.0/8']), resolve: async () => [{ address: '127.0.0.1' }] };
    expect(await attempt(id, { settings })).toEqual({ outcome: 'delivered', attempts: 1 });
  });

  it('never reaches a receiver inside that is not allowed', async () => {
    const id = await deliveryTo(receiver.url());
    expect(await attempt(id, { settings: { allowed: new AllowedHosts([]) } })).toMatchObject({ outcome: 'retry' });
    expect(receiver.received).toEqual([]);
    expect((await row(id)).lastError).toBe('refused: the scheme is not https');
  });

  it('keeps neither the URL nor the secret in its error', async () => {
    const id = await deliveryTo(`${CLOSED}token-in-path?key=planted`);
    await attempt(id);
    expect((await row(id)).lastError).toBe('ECONNREFUSED');
  });

  it('is dead when its receiver is no longer configured', async () => {
    const id = await deliveryTo(receiver.url());
    expect(await attempt(id, { settings: { urls: [] } })).toEqual({ outcome: 'dead', attempts: 1 });
    expect(receiver.received).toEqual([]);
  });
});

describe('npm run jobs', () => {
  const lines: string[] = [];
  const run = async (...argv: string[]) => {
    lines.length = 0;
    const env = { DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: 'an operator key of a test' };
    return runJobsCommand(argv, env, (line) => lines.push(line));
  };

  it('shows dead deliveries without the path of the receiver, and replays one', async () => {
    const id = await deliveryTo(receiver.url('/token-in-path'));
    receiver.answer = (response) => void response.writeHead(410).end();
    await attempt(id);
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
    clock.advance(60_000); // the command line goes by the real time
    expect(await attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
  });

  it('replays all', async () => {
    receiver.answer = (response) => void response.writeHead(410).end();
    for (const id of [await deliveryTo(receiver.url('/1')), await deliveryTo(receiver.url('/2'))]) await attempt(id);
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
