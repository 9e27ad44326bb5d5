import { PASSWORD, PeopleClient } from '../support/people-client.js';
import type { TestNode } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

let node: TestNode;
let people: PeopleClient;
const used = useNode({ NABOOM_TRUSTED_PROXIES: '127.0.0.1' });
beforeAll(() => {
  ({ node } = used());
  people = new PeopleClient(node.url);
});

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
/** How the usual time of `one` compares to that of `other`; they take turns, so that a busy machine slows both. */
async function ratioOf(one: (n: number) => Promise<unknown>, other: (n: number) => Promise<unknown>): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < 18; n += 1) {
    const begin = performance.now();
    await (n % 2 === 0 ? one : other)(n);
    times[n % 2]!.push(performance.now() - begin);
  }
  return median(times[0]) / median(times[1]);
}

describe('an account', () => {
  it('is registered, signed in to, shown and left', async () => {
    expect(await people.register('Thandi@Example.com')).toMatchObject({ status: 201, body: { registered: true } });
    const login = await people.login('thandi@example.COM ');
    expect(login).toMatchObject({
      status: 200,
      body: {
        token: expect.stringMatching(/^nbs_[\w-]{43}$/),
        expiresAt: expect.stringMatching(/Z$/),
        user: {
          name: 'Name of Thandi@Example.com',
          email: 'thandi@example.com',
          phone: null,
          operator: false,
          memberships: [],
          invitations: [],
          duties: [],
          emailVerified: false,
          phoneVerified: false,
          homeAreas: [],
        },
      },
    });
    expect(login.headers.get('set-cookie')).toBeNull();
    const { token, user, expiresAt } = login.body;
    expect((await people.me(token)).body).toEqual({ user, session: { id: expect.any(String), expiresAt } });
    expect((await people.send('POST', '/auth/logout', undefined, { token })).status).toBe(204);
    expect(await people.me(token)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  it('is known by its phone, however that is written', async () => {
    const body = { name: 'Sipho', login: '082 555 0199', password: PASSWORD };
    expect((await people.send('POST', '/auth/register', body)).status).toBe(201);
    const { body: answer } = await people.login('+27 82 555 0199');
    expect(answer.user).toMatchObject({ name: 'Sipho', email: null, phone: '+27825550199' });
  });

  it('says which fields cannot be', async () => {
    const answer = await people.send('POST', '/auth/register', { email: 'x', phone: 'y', password: 'short' });
    expect(answer.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['name', 'password']);
    const logins = await people.send('POST', '/auth/register', {
      name: 'N',
      email: '0825550123',
      phone: 'y',
      password: PASSWORD,
    });
    expect(logins.body.errors.map(({ path }: { path: string }) => path)).toEqual(['email', 'phone']);
    expect(logins.body.code).toBe('REQUEST_INVALID');
    expect((await people.send('POST', '/auth/register', { name: 'N', password: PASSWORD })).status).toBe(400);
  });

  it('is told from none by no answer and by no time', async () => {
    const { id } = await people.join('known@example.com');
    const again = await people.register('known@example.com');
    expect(again).toMatchObject({ status: 201, body: { registered: true } });
    const wrong = await people.login('known@example.com', 'wrong password');
    const nobody = await people.login('nobody@example.com', 'wrong password');
    const strange = await people.login('?', 'wrong password');
    for (const answer of [nobody, strange]) {
      expect({ ...answer.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
      expect([...answer.headers.keys()].sort()).toEqual([...wrong.headers.keys()].sort());
    }
    expect(wrong).toMatchObject({ status: 401, body: { code: 'CREDENTIALS_WRONG' } });
    const ratios = [
      await ratioOf(
        () => people.login('nobody@example.com', 'x'),
        () => people.login('known@example.com', 'x'),
      ),
      await ratioOf(
        () => people.register('known@example.com'),
        (n) => people.register(`new${n}@example.com`),
      ),
    ];
    // A look-up without the hash takes a tenth of the time.
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    }
    // Registering again changed nothing.
    expect((await people.login('known@example.com')).body.user.id).toBe(id);
  });
});

describe('the sessions of a person', () => {
  it('are listed, ended one by one, and replaced by signing in again', async () => {
    const { token } = await people.join('sessions@example.com');
    const phone = await people.login('sessions@example.com', PASSWORD, { headers: { 'user-agent': 'Phone/1' } });
    const { body } = await people.send('GET', '/auth/sessions', undefined, { token });
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        userAgent: 'Phone/1',
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
        current: false,
      },
      expect.objectContaining({ current: true }),
    ]);
    const path = `/auth/sessions/${body.items[0].id}`;
    const stranger = await people.join('stranger@example.com');
    expect((await people.send('DELETE', path, undefined, { token: stranger.token })).status).toBe(404);
    expect((await people.me(phone.body.token)).status).toBe(200);
    expect((await people.send('DELETE', path, undefined, { token })).status).toBe(204);
    expect((await people.me(phone.body.token)).status).toBe(401);
    const rotated = await people.login('sessions@example.com', PASSWORD, { token });
    expect((await people.me(token)).status).toBe(401);
    expect((await people.me(rotated.body.token)).status).toBe(200);
  });

  it('end with the password, but for the one that changed it', async () => {
    const { token } = await people.join('password@example.com');
    const other = (await people.login('password@example.com')).body.token;
    const change = (current: string) =>
      people.send('POST', '/auth/password', { current, password: 'another password' }, { token });
    expect(await change('wrong')).toMatchObject({ status: 401, body: { code: 'CREDENTIALS_WRONG' } });
    expect((await change(PASSWORD)).status).toBe(204);
    expect([(await people.me(token)).status, (await people.me(other)).status]).toEqual([200, 401]);
    expect((await people.login('password@example.com')).status).toBe(401);
    expect((await people.login('password@example.com', 'another password')).status).toBe(200);
    expect((await people.send('POST', '/auth/password', {}, {})).status).toBe(401);
  });

  it('take PINs and home areas', async () => {
    const { token } = await people.join('pins@example.com');
    const set = (body: object) => people.send('PUT', '/auth/pins', { password: PASSWORD, ...body }, { token });
    expect((await set({ cancelPin: '1234', duressPin: '1234' })).body.errors[0].path).toBe('duressPin');
    expect((await set({ cancelPin: '12' })).status).toBe(400);
    expect((await set({ cancelPin: '1234', duressPin: '4321' })).status).toBe(204);
    expect((await people.send('PUT', '/auth/home-areas', { areas: [] }, { token })).status).toBe(204);
    const areas = ['01a20000-0000-7000-8000-000000000000'];
    expect((await people.send('PUT', '/auth/home-areas', { areas }, { token })).body.code).toBe('NOT_FOUND');
  });
});

describe('the cookie of a page', () => {
  const page = () => ({ origin: node.url });
  const signIn = async (email: string, headers: Record<string, string>) => {
    await people.register(email);
    return (await people.login(email, PASSWORD, { headers })).headers.get('set-cookie');
  };

  it('is closed to scripts and other sites, and has the protected name on TLS', async () => {
    expect(await signIn('page@example.com', page())).toMatch(
      /^naboom=nbs_[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    const tls = { ...page(), 'x-forwarded-proto': 'https' };
    expect(await signIn('tls@example.com', tls)).toMatch(
      /^__Host-naboom=nbs_[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(await signIn('foreign@example.com', { origin: 'https://elsewhere.example' })).toBeNull();
  });

  it('works for our own pages alone', async () => {
    const cookie = (await signIn('csrf@example.com', page()))!.split(';')[0]!;
    const me = await people.send('GET', '/auth/me', undefined, { headers: { cookie } });
    expect(me.status).toBe(200);
    expect(me.headers.get('set-cookie')).toContain('Max-Age=2592000');
    const https = { cookie, 'x-forwarded-proto': 'https' };
    expect((await people.send('GET', '/auth/me', undefined, { headers: https })).status).toBe(401);
    const put = (headers: Record<string, string>) =>
      people.send('PUT', '/auth/home-areas', { areas: [] }, { headers: { cookie, ...headers } });
    for (const headers of [
      {},
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await put(headers as Record<string, string>)).toMatchObject({
        status: 403,
        body: { code: 'CSRF_REFUSED' },
      });
    }
    expect((await put(page())).status).toBe(204);
    expect((await put({ 'sec-fetch-site': 'same-origin' })).status).toBe(204);
    const logout = await people.send('POST', '/auth/logout', undefined, { headers: { cookie, ...page() } });
    expect(logout.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await people.send('GET', '/auth/me', undefined, { headers: { cookie } })).status).toBe(401);
  });
});
