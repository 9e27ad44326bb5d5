import { ALERTS_PATH, AlertsClient, type Answer } from '../support/alerts-client.js';
import { anAddress, PASSWORD, PeopleClient } from '../support/people-client.js';
import type { TestNode } from '../support/test-node.js';
import type { TestRedis } from '../support/test-redis.js';
import { useNode } from '../support/use-node.js';

let redis: TestRedis;
let node: TestNode;
let people: PeopleClient;
const used = useNode({ NABOOM_TRUSTED_PROXIES: '127.0.0.1' });
beforeAll(() => {
  ({ node, redis } = used());
  people = new PeopleClient(node.url);
});

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);
/** How many were let through before the first 429; all later ones are 429 as well. */
function letThrough(answers: readonly Answer[]): number {
  const refused = statuses(answers).map((status) => status === 429);
  const first = refused.indexOf(true);
  expect(refused.slice(first)).not.toContain(false);
  return first;
}
async function inTurn(times: number, work: (n: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await work(n));
  return answers;
}

describe('ten registers in a row', () => {
  it('are limited, and a panic between them is taken', async () => {
    const from = anAddress();
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
    const panics: Answer[] = [];
    const answers = await inTurn(10, async () => {
      const body = { email: 'test@example.com', password: 'Test123!', name: 'Test' };
      const answer = await people.send('POST', '/auth/register', body, { from });
      panics.push(await new AlertsClient(node.url).ask(ALERTS_PATH, { method: 'POST', headers, body: '{}' }));
      return answer;
    });
    expect(letThrough(answers)).toBe(5);
    expect(statuses(panics)).toEqual(Array(10).fill(201));
    const [first, last] = [answers[0]!, answers[9]!];
    expect(first.headers.get('ratelimit-policy')).toBe('"register";q=5;w=600');
    expect(first.headers.get('ratelimit')).toMatch(/^"register";r=4;t=(600|59\d)$/);
    expect(first.headers.get('retry-after')).toBeNull();
    expect(last).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', retryAfter: expect.any(Number) } });
    expect(last.headers.get('content-type')).toContain('application/problem+json');
    expect(last.headers.get('ratelimit')).toMatch(/^"register";r=0;t=\d+$/);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(500);
    expect((await people.register('elsewhere@example.com')).status).toBe(201);
  });
});

describe('wrong passwords', () => {
  it('are limited for one address, also at many accounts, and right ones are not counted', async () => {
    const from = anAddress();
    await people.register('right@example.com');
    const right = await inTurn(12, () => people.login('right@example.com', PASSWORD, { from }));
    expect(new Set(statuses(right))).toEqual(new Set([200]));
    expect(right.at(-1)!.headers.get('ratelimit')).toMatch(/^"login";r=10;t=\d+, "account";r=5;t=\d+$/);
    expect(letThrough(await inTurn(12, (n) => people.login(`victim${n}@example.com`, 'wrong', { from })))).toBe(10);
  });

  it('are limited for one address at one account, known or not, all at once too', async () => {
    for (const login of ['right@example.com', 'nobody@example.com']) {
      const from = anAddress();
      const answers = await Promise.all(Array.from({ length: 8 }, () => people.login(login, 'wrong', { from })));
      expect(statuses(answers).toSorted((a, b) => a - b)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    }
  });

  it('of strangers do not keep the owner out', async () => {
    const home = anAddress();
    await people.register('owner@example.com');
    expect((await people.login('owner@example.com', PASSWORD, { from: home })).status).toBe(200);
    const guesses = await inTurn(31, () => people.login('owner@example.com', 'wrong'));
    expect(letThrough(guesses)).toBe(30);
    // Guessing goes on nowhere, not even with the right password; but from where the owner was before.
    expect((await people.login('owner@example.com')).status).toBe(429);
    expect((await people.login('owner@example.com', PASSWORD, { from: home })).status).toBe(200);
  });
});

describe('correct logins', () => {
  it('all at once from one address, of few accounts, are all taken, and the next one too', async () => {
    const from = anAddress();
    const logins = ['a', 'b', 'c', 'd'].map((name) => `office-${name}@example.com`);
    for (const login of logins) await people.register(login);
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) => people.login(logins[n % 4]!, PASSWORD, { from })),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect((await people.login(logins[0]!, PASSWORD, { from })).status).toBe(200);
  });

  it('among wrong ones at once are taken as long as few failed, and no refusal adds to the failures', async () => {
    const from = anAddress();
    await people.register('among@example.com');
    const answers = await Promise.all(
      Array.from({ length: 18 }, (_, n) =>
        n % 3 === 0
          ? people.login(`guessed${n}@example.com`, 'wrong', { from })
          : people.login('among@example.com', PASSWORD, { from }),
      ),
    );
    expect(statuses(answers)).toEqual(Array.from({ length: 18 }, (_, n) => (n % 3 === 0 ? 401 : 200)));
    const more = await Promise.all(
      Array.from({ length: 40 }, () => people.login('among@example.com', 'wrong', { from })),
    );
    expect(statuses(more).filter((status) => status === 401)).toHaveLength(4);
    const counted = await redis.admin().keys('naboom:limits:login:*');
    expect(Math.max(...(await redis.admin().mget(counted)).map(Number))).toBe(10);
  });
});

describe('a login', () => {
  it('waits for one time-out and not for several when Redis freezes', async () => {
    await people.register('frozen@example.com');
    expect((await people.login('frozen@example.com')).status).toBe(200);
    redis.pause();
    try {
      const begin = performance.now();
      expect((await people.login('frozen@example.com')).status).toBe(200);
      // A command has one second.
      expect(performance.now() - begin).toBeLessThan(1900);
    } finally {
      redis.resume();
    }
  });
});

describe('registers', () => {
  it('are counted in memory while Redis is away', async () => {
    await redis.kill9();
    try {
      const from = anAddress();
      expect(letThrough(await inTurn(7, (n) => people.register(`away${n}@example.com`, from)))).toBe(5);
    } finally {
      await redis.restart();
    }
  });
});
