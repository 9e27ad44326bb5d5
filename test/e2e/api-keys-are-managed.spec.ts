import { operator, useDirectory } from '../support/use-directory.js';

const directory = useDirectory();

it('lets dispatchers of an organisation, and operators, make, see and revoke its keys', async () => {
  const { ask, organisation, planted } = directory();
  const [ours, theirs] = [await organisation(), await organisation()];
  const dispatcher = await planted.person('Dora', { [ours]: 'dispatcher' });
  const stranger = await planted.person('Sam', { [theirs]: 'dispatcher' });
  const responder = await planted.person('Rex', { [ours]: 'responder' });
  const path = `/organisations/${ours}/api-keys`;
  const body = { name: 'siren', scopes: ['alerts:read', 'alerts:read'] };
  for (const who of [stranger, responder]) {
    expect((await ask(who, 'POST', path, body)).status).toBe(403);
    expect((await ask(who, 'GET', path)).status).toBe(403);
  }
  expect((await ask(undefined, 'POST', path, body)).status).toBe(401);
  expect((await ask(dispatcher, 'POST', path, { name: ' ', scopes: ['all'] })).body.errors).toHaveLength(2);
  const made = await ask(dispatcher, 'POST', path, body);
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'siren', scopes: ['alerts:read'], key: expect.stringMatching(/^nbk_/) },
  });
  const { id, key } = made.body;
  const listed = await ask(operator, 'GET', path);
  expect(listed.body.items).toEqual([
    {
      id,
      name: 'siren',
      scopes: ['alerts:read'],
      createdAt: expect.any(String),
      createdBy: expect.any(String),
      lastUsedAt: null,
    },
  ]);
  // Known, but no person: a key makes no keys.
  expect((await ask({ token: key }, 'GET', path)).status).toBe(403);
  expect((await ask({ token: key }, 'GET', '/auth/me')).status).toBe(403);
  for (const who of [stranger, responder, { token: key }]) {
    expect((await ask(who, 'DELETE', `/api-keys/${id}`)).status).toBe(404);
  }
  expect((await ask(dispatcher, 'DELETE', `/api-keys/${id}`)).status).toBe(204);
  expect((await ask({ token: key }, 'GET', path)).status).toBe(401);
  expect((await ask(dispatcher, 'DELETE', `/api-keys/${id}`)).status).toBe(404);
});
