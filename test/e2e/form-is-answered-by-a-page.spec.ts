import { freePort } from '../../scripts/lib/free-port.mjs';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a form pressed while Postgres is away', () => {
  let redis: TestRedis;
  let node: TestNode;
  const press = (headers: Record<string, string>) =>
    fetch(`${node.url}/api/v1/emergency/alerts`, { method: 'POST', headers, body: 'kind=fire&message=%3Cb%3ESmoke' });

  beforeAll(async () => {
    redis = await startTestRedis({ extraLines: ['appendonly no'] }); // else it would take the press
    const { REDIS_MASTER_USER: _user, REDIS_MASTER_PASSWORD: _password, ...env } = redis.env;
    const DATABASE_URL = `postgres://nobody:nothing@127.0.0.1:${await freePort()}/nowhere`;
    node = await startTestNode({ env: { ...env, DATABASE_URL }, waitFor: '/health/live' });
  });
  afterAll(async () => {
    await node?.stop();
    await redis?.stop();
  });

  it('is told to a person by a page: call by phone, or send the same again', async () => {
    const answer = await press({ ...FORM, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const page = await answer.text();
    expect(page).toContain('Call by phone now');
    expect(page).toContain('name="message" value="&lt;b&gt;Smoke"');
  });

  it('is told to a program by a problem', async () => {
    const answer = await press({ ...FORM, accept: 'application/json' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    await expect(answer.json()).resolves.toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' });
  });
});
