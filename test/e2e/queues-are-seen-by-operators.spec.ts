import { Queue } from 'bullmq';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { producerOptions } from '../../src/queues/queue-options.js';
import { eventually } from '../support/eventually.js';
import { PeopleClient } from '../support/people-client.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const BOARD = '/admin/queues';
const OPERATOR = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };
const DELIVERY = '01a20000-0000-7000-8000-000000000001';

let queue: Queue;
afterAll(async () => queue?.close()); // before its Redis ends
const used = useNode({ NABOOM_QUEUE_BOARD: 'read-write', NABOOM_TRUSTED_PROXIES: '127.0.0.1' });

beforeAll(() => {
  const env = { ...used().redis.env, DATABASE_URL: used().databaseUrl, NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY };
  queue = new Queue('notifications', producerOptions(loadConfig(env), 'notifications'));
  queue.on('error', () => undefined);
});

const ask = (path: string, init: RequestInit = {}) =>
  used().client.ask(BOARD + path, { redirect: 'manual', headers: OPERATOR, ...init });
const change = (method: string, path: string, body?: unknown) =>
  ask(path, {
    method,
    headers: { ...OPERATOR, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function queueConnections(): Promise<number> {
  const clients = String(await used().redis.admin().client('LIST'));
  return clients.split('\n').filter((line) => line.includes('name=naboom:queue:maintenance')).length;
}

describe('the board of the queues', () => {
  it('is for operators: others are told so, and a browser is shown where to sign in', async () => {
    expect(await ask('', { headers: {} })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await ask('/api/queues', { headers: {} })).toMatchObject({ status: 401 });
    const page = await ask('', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
    const { token } = await new PeopleClient(used().node.url).join('member@example.org');
    const member = { headers: { authorization: `Bearer ${token}` } };
    expect(await ask('/api/queues', member)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await queueConnections()).toBe(0); // nothing of BullMQ runs until an operator looks
  });

  it('opens for an operator who is signed in, changes nothing for other pages, and needs nothing from elsewhere', async () => {
    const { id, token } = await new PeopleClient(used().node.url).join('operator@example.org');
    await new PeopleClient(used().node.url).send(
      'PUT',
      `/users/${id}/operator`,
      { operator: true },
      { token: TEST_OPERATOR_KEY },
    );
    const cookie = { cookie: `naboom=${token}` };
    const page = await ask('', { headers: { ...cookie, accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain(`<base href="${BOARD}/"`);
    expect(page.body).not.toMatch(/https?:\/\//);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'self'; base-uri 'self'.*style-src 'self' 'unsafe-inline'/,
    );
    const [script] = /static\/js\/main[^"]+/.exec(page.body)!;
    expect((await ask(`/${script}`, { headers: cookie })).headers.get('cache-control')).toContain('immutable');
    expect(await queueConnections()).toBeGreaterThan(0);

    const resume = (headers: Record<string, string>) =>
      ask('/api/queues/notifications/resume', { method: 'PUT', headers: { ...cookie, ...headers } });
    expect(await resume({})).toMatchObject({ status: 403, body: { code: 'CSRF_REFUSED' } });
    const foreign = { origin: 'https://elsewhere.example' };
    expect(await resume(foreign)).toMatchObject({ status: 403, body: { code: 'CSRF_REFUSED' } });
    expect(await resume({ ...foreign, ...OPERATOR })).toMatchObject({ body: { code: 'CSRF_REFUSED' } });
    expect((await resume({ origin: used().node.url })).status).toBe(200);
  });

  it('shows what jobs carry when it is ours, and of anything else the shape alone', async () => {
    await queue.addBulk([
      { name: 'deliver-webhooks', data: { deliveryIds: [DELIVERY] } },
      { name: 'deliver-by-pigeon', data: { to: 'planted-secret' } },
    ]);
    const { body } = await ask('/api/queues?activeQueue=notifications&status=latest&page=1&jobsPerPage=10');
    const shown = JSON.stringify(body);
    expect(shown).toContain(DELIVERY);
    expect(shown).toContain('{ to: string }');
    expect(shown).not.toContain('planted-secret');
  });

  it('works within the rights of app_user', async () => {
    const admin = used().redis.admin();
    await admin.acl('LOG', 'RESET');
    const job = await queue.add('deliver-webhooks', { deliveryIds: [DELIVERY] }, { delay: 600_000 });
    await queue.upsertJobScheduler('once-a-year', { pattern: '0 0 1 1 *' }, { name: 'deliver-webhooks' });
    const ours = '/api/queues/notifications';
    const looks = ['/api/queues', '/api/redis/stats', '/api/job-schedulers'];
    for (const path of [
      'metrics',
      'default-job-options',
      'rate-limit',
      `${job.id}`,
      `${job.id}/logs`,
      `${job.id}/flow`,
    ]) {
      looks.push(`${ours}/${path}`);
    }
    const changes: [string, string, unknown?][] = [
      ['PATCH', `/${job.id}/delay`, { runAt: Date.now() + 500_000 }],
      ['PATCH', `/${job.id}/update-data`, { jobData: { deliveryIds: [DELIVERY] } }],
      ['PUT', `/${job.id}/promote`],
      ['PATCH', `/${job.id}/priority`, { priority: 3 }],
      ['PUT', `/${job.id}/clean`],
      ['POST', '/add', { name: 'deliver-webhooks', data: { deliveryIds: [DELIVERY] }, options: {} }],
      ['PUT', '/pause'],
      ['PUT', '/resume'],
      ['PUT', '/promote'],
      ['PUT', '/retry/failed'],
      ['PUT', '/clean/completed'],
      ['PUT', '/concurrency', { concurrency: 3 }],
      ['PUT', '/rate-limit', { max: 10, duration: 1000 }],
      ['PUT', '/rate-limit/release'],
      ['PUT', '/job-schedulers/once-a-year/run'],
      ['PUT', '/job-schedulers/once-a-year/remove'],
      ['PUT', '/empty'],
      ['PUT', '/pause'],
      ['PUT', '/obliterate'],
    ];
    const statuses: [string, number, unknown?][] = [];
    for (const path of looks) statuses.push([path, (await ask(path)).status]);
    for (const [method, path, body] of changes) {
      const answer = await change(method, ours + path, body);
      statuses.push([path, answer.status, answer.status >= 400 ? answer.body : '']);
    }
    expect(statuses.filter(([, status]) => status >= 300)).toEqual([]);
    expect(await admin.acl('LOG')).toEqual([]);
  });

  it('says that Redis is away, and is there again with it', async () => {
    await used().redis.kill9();
    expect(await ask('/api/queues')).toMatchObject({ status: 503, body: { code: 'REDIS_UNREACHABLE' } });
    await used().redis.restart();
    await eventually(async () => (await ask('/api/queues')).status === 200);
    await eventually(() => queue.getJobCounts());
  });
});

describe('dead letters over HTTP', () => {
  it('are listed, page by page, replayed and dropped', async () => {
    const database = new Database(used().databaseUrl);
    const ids = ['1', '2', '3'].map((digit) => `01a20000-0000-7000-8000-00000000000${digit}`);
    await database.query({
      text: `insert into dead_jobs (id, queue, job, payload, reason, attempts, at)
             select id::uuid, 'maintenance', 'prune', '{"a":1}', 'as planted', 5, '2026-01-01' from unnest($1::text[]) id`,
      values: [ids],
    });
    const first = await used().client.get('/api/v1/dead-letters?kind=job&limit=2');
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
    expect(first.body.items[0]).toMatchObject({
      job: { name: 'prune', payload: '{ a: number }' },
      reason: 'as planted',
    });
    const second = await used().client.get(`/api/v1/dead-letters?limit=2&cursor=${first.body.next}`);
    expect(second.body).toMatchObject({ items: [{ id: ids[0] }], next: null });
    const post = (path: string, body: unknown) =>
      used().client.ask(`/api/v1/dead-letters/${path}`, {
        method: 'POST',
        headers: { ...OPERATOR, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post('replay', { ids: [ids[0]] })).body).toEqual({ replayed: 1 });
    expect((await post('drop', { all: true })).body).toEqual({ dropped: 2 });
    expect((await used().client.get('/api/v1/dead-letters')).body).toEqual({ items: [], next: null });
    await database.close();
  });
});
