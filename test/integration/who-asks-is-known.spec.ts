import { Test, type TestingModule } from '@nestjs/testing';
import { ApiKeys } from '../../src/auth/api-keys.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { CallerIdentity } from '../../src/auth/caller-identity.js';
import { ReceiptTokens } from '../../src/auth/receipt-tokens.js';
import { RequestCaller } from '../../src/auth/request-caller.js';
import { Sessions } from '../../src/auth/sessions.js';
import { tokenHash } from '../../src/auth/tokens.js';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { Database } from '../../src/database/database.js';
import type { DirectoryChange } from '../../src/directory-changes/directory-change.js';
import { DirectoryChanges } from '../../src/directory-changes/directory-changes.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const OPERATOR_KEY = 'operator-key-of-who-asks-0123';
const DAY_MS = 86_400_000;
const [USER, BOSS, ORGANISATION, AREA] = [1, 2, 3, 4].map((n) => `01a20000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
];
const REJECTED = { kind: 'anonymous', rejected: true };

let redis: TestRedis;
let testDatabase: TestDatabase;
let nest: TestingModule;
const clock = new TestClock(new Date().toISOString());
const parts = () => ({
  identity: nest.get(CallerIdentity),
  callers: nest.get(RequestCaller),
  sessions: nest.get(Sessions),
  apiKeys: nest.get(ApiKeys),
  database: nest.get(Database, { strict: false }),
});

beforeAll(async () => {
  [redis, testDatabase] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const config = loadConfig({ ...redis.env, DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: OPERATOR_KEY });
  nest = await Test.createTestingModule({ imports: [ConfigModule.with(config, clock), AuthModule] }).compile();
  await nest.init();
  await parts().database.query({
    text: `with people as (
             insert into users (id, name, email, password_hash, operator, created_at)
             values ('${USER}', 'Thandi', 'thandi@example.com', '', false, now()),
                    ('${BOSS}', 'Boss', 'boss@example.com', '', true, now())),
           places as (insert into organisations (id, name, created_at) values ('${ORGANISATION}', 'Watch', now())),
           squares as (
             insert into areas (id, organisation_id, name, geometry, min_lat, min_lng, max_lat, max_lng, created_at)
             values ('${AREA}', '${ORGANISATION}', 'Square', '{}', 0, 0, 1, 1, now())),
           members as (insert into memberships values ('${ORGANISATION}', '${USER}', 'responder'))
           insert into duties values ('${AREA}', '${USER}', now())`,
  });
});
afterAll(async () => {
  await nest.close();
  await redis.stop();
  await testDatabase.drop();
});

describe('a token', () => {
  it('stands for a person with what they may do, an operator, a reporter, or nobody', async () => {
    const { identity, sessions } = parts();
    const { token, id: sessionId } = await sessions.start(USER, 'test');
    const person = {
      id: USER,
      name: 'Thandi',
      memberships: [{ organisationId: ORGANISATION, role: 'responder' }],
      duties: [AREA],
      homeAreas: [],
    };
    // From the record, and from the copy.
    for (let n = 0; n < 2; n += 1) {
      expect(await identity.identify(token)).toEqual({ kind: 'person', person, sessionId });
    }
    const boss = await identity.identify((await sessions.start(BOSS, undefined)).token);
    expect(boss).toMatchObject({ kind: 'operator', person: { id: BOSS }, sessionId: expect.any(String) });
    expect(await identity.identify(OPERATOR_KEY)).toEqual({ kind: 'operator' });
    const receipt = nest.get(ReceiptTokens, { strict: false }).issue({ alertId: USER, scope: 'press' });
    expect(await identity.identify(receipt)).toEqual({ kind: 'reporter', alertId: USER, proven: false });
    expect(await identity.identify(undefined)).toEqual({ kind: 'anonymous', rejected: false });
    for (const forged of ['nbs_x', `${token}x`, token.replace('nbs_', 'nbk_'), 'nonsense']) {
      expect(await identity.identify(forged)).toEqual(REJECTED);
    }
  });

  it('of a session lives on with use, and ends a month after the last one', async () => {
    const { identity, sessions, database } = parts();
    const { token } = await sessions.start(USER, undefined);
    const kindAfter = async (days: number) => {
      clock.advance(days * DAY_MS);
      await redis.admin().flushall(); // a copy lives for a day of the real time
      return (await identity.identify(token)).kind;
    };
    const expiry = async () =>
      (await database.query<{ at: Date }>({ text: 'select max(expires_at) as at from sessions' })).rows[0]!.at;
    const first = await expiry();
    expect(await kindAfter(29)).toBe('person');
    await eventually(async () => (await expiry()) > first);
    expect(await kindAfter(29)).toBe('person');
    await eventually(async () => (await expiry()).getTime() > first.getTime() + 30 * DAY_MS);
    expect(await kindAfter(31)).toBe('anonymous');
  });

  it('holds up a panic for half a second at most, and is then not known', async () => {
    const { identity, sessions, database } = parts();
    const { token } = await sessions.start(USER, undefined);
    await database.transaction(async (client) => {
      await client.query('lock table sessions in access exclusive mode');
      const begin = performance.now();
      expect(await identity.identifyForPanic(token)).toEqual(REJECTED);
      expect(performance.now() - begin).toBeLessThan(1000);
    });
    expect(await identity.identifyForPanic(token)).toMatchObject({ kind: 'person' });
    await database.transaction(async (client) => {
      await client.query(
        "set local idle_in_transaction_session_timeout = '10s'; lock table api_keys in access exclusive mode",
      );
      await expect(identity.identify('nbk_x')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    });
  });
});

describe('a request', () => {
  const request = (headers: Record<string, string>, method = 'POST', protocol = 'http') => ({
    method,
    protocol,
    headers: { host: 'naboom.example', ...headers },
  });

  it('is known by Bearer before the cookie, and by the cookie of our own pages', async () => {
    const { callers, sessions } = parts();
    const { token } = await sessions.start(USER, undefined);
    const cookie = `other=1; naboom=${token}`;
    const own = { cookie, origin: 'http://naboom.example' };
    expect(await callers.callerOf(request(own))).toMatchObject({ kind: 'person' });
    expect(await callers.callerOf(request({ cookie }, 'GET'))).toMatchObject({ kind: 'person' });
    const authorization = `Bearer ${OPERATOR_KEY}`;
    expect(await callers.callerOf(request({ cookie, authorization }))).toEqual({ kind: 'operator' });
    await expect(callers.callerOf(request({ cookie }))).rejects.toMatchObject({ code: 'CSRF_REFUSED' });
    expect(await callers.callerOf(request(own, 'POST', 'https'))).toEqual({ kind: 'anonymous', rejected: false });
  });

  it('that is a panic is never refused: a cookie from elsewhere makes it nobody’s', async () => {
    const { callers, sessions } = parts();
    const { token } = await sessions.start(USER, undefined);
    const cookie = `naboom=${token}`;
    expect(await callers.callerOfPanic(request({ cookie, origin: 'https://elsewhere.example' }))).toEqual(REJECTED);
    expect(await callers.callerOfPanic(request({ cookie }))).toEqual(REJECTED);
    const own = request({ cookie, 'sec-fetch-site': 'same-origin' });
    expect(await callers.callerOfPanic(own)).toMatchObject({ kind: 'person' });
    expect(await callers.callerOfPanic(request({ cookie }), OPERATOR_KEY)).toEqual({ kind: 'operator' });
    expect(await callers.callerOfPanic(request({}))).toEqual({ kind: 'anonymous', rejected: false });
  });

  it('that opens a socket is known by its token, else by the cookie', async () => {
    const { callers, sessions } = parts();
    const { token } = await sessions.start(USER, undefined);
    expect(await callers.callerOfHandshake({ cookie: `naboom=${token}` }, undefined)).toMatchObject({ kind: 'person' });
    const tls = { origin: 'https://naboom.example' };
    expect(await callers.callerOfHandshake({ ...tls, cookie: `naboom=${token}` }, undefined)).toEqual({
      kind: 'anonymous',
      rejected: false,
    });
    expect(await callers.callerOfHandshake({ ...tls, cookie: `__Host-naboom=${token}` }, undefined)).toMatchObject({
      kind: 'person',
    });
    expect(await callers.callerOfHandshake({}, OPERATOR_KEY)).toEqual({ kind: 'operator' });
  });
});

describe('an API key', () => {
  it('is its machine’s until it is revoked, and shows when it was last used', async () => {
    const { identity, apiKeys, database } = parts();
    const heard: DirectoryChange[] = [];
    nest.get(DirectoryChanges, { strict: false }).onChange((change) => heard.push(change));
    const { id, key } = await apiKeys.create({
      organisationId: ORGANISATION,
      name: 'siren',
      scopes: ['alerts:raise'],
      createdBy: USER,
    });
    expect(key).toMatch(/^nbk_[\w-]{43}$/);
    const machine = { kind: 'machine', id, name: 'siren', organisationId: ORGANISATION, scopes: ['alerts:raise'] };
    const used = async () => (await apiKeys.list(ORGANISATION))[0]!.lastUsedAt;
    expect(await used()).toBeNull();
    expect(await identity.identify(key)).toEqual(machine);
    const first = await eventually(async () => (await used()) ?? undefined);
    clock.advance(30_000);
    await identity.identify(key);
    clock.advance(31_000);
    await identity.identify(key);
    // The use in between was not written.
    expect(await eventually(async () => (await used()) !== first && used())).toBe(clock.now().toISOString());
    // With each use that is written its copy lasts for a day more.
    const admin = redis.admin();
    await admin.select(3);
    const [copy] = (await admin.keys(`*${tokenHash(key).toString('hex')}`)) as [string];
    await admin.expire(copy, 100);
    clock.advance(61_000);
    expect(await identity.identify(key)).toEqual(machine);
    await eventually(async () => (await admin.ttl(copy)) > 86_000);
    expect(await apiKeys.list(ORGANISATION)).toEqual([
      expect.objectContaining({ id, name: 'siren', scopes: ['alerts:raise'], createdBy: USER }),
    ]);
    await apiKeys.revoke(id);
    expect(await identity.identify(key)).toEqual(REJECTED);
    expect(heard).toEqual([{ sessionId: id }]);
    expect(await apiKeys.list(ORGANISATION)).toEqual([]);
    const { rows } = await database.query({ text: 'select key_hash from api_keys' });
    expect(JSON.stringify(rows)).not.toContain(key);
    const nowhere = { organisationId: AREA, name: 'x', scopes: [], createdBy: undefined };
    await expect(apiKeys.create(nowhere)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
