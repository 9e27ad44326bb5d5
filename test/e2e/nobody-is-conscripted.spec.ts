import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { ask as askSocket, closeClients, LiveClient } from '../support/live-client.js';
import type { PlantedPerson } from '../support/planted-people.js';
import { operator, outcome, useDirectory } from '../support/use-directory.js';

const directory = useDirectory();
afterEach(closeClients);

interface Invitation {
  readonly organisationId: string;
  readonly role: string;
  readonly invitedBy?: string;
}

/** A watch with a dispatcher, and somebody who is not in it. */
async function town() {
  const { organisation, planted } = directory();
  const id = await organisation();
  const [dispatcher, stranger] = [
    await planted.person('Dora', { [id]: 'dispatcher' }),
    await planted.person('Sipho <b>D</b>'),
  ];
  return { id, members: `/organisations/${id}/members`, dispatcher, stranger };
}

const loginOf = ({ id }: PlantedPerson) => `${id}@example.org`;
const invitationsOf = async (who: PlantedPerson): Promise<Invitation[]> =>
  (await directory().ask(who, 'GET', '/auth/me')).body.user.invitations;

/** Where this person says to be, and what the dispatcher is told of it. */
async function positionsAfterTelling(who: PlantedPerson, dispatcher: PlantedPerson, id: string) {
  const client = new LiveClient(directory().node.url, who);
  await eventually(() => client.snapshots.length > 0, { what: 'a snapshot' });
  const { code } = await askSocket(client, 'position', { lat: -26, lng: 28 });
  const { items } = (await directory().ask(dispatcher, 'GET', `/organisations/${id}/positions`)).body;
  return { code, names: items.map(({ name }: { name: string }) => name) };
}

describe('a dispatcher', () => {
  it('makes nobody a member, and learns nothing of them', async () => {
    const { ask } = directory();
    const { id, members, dispatcher, stranger } = await town();
    const invite = (login: string) => ask(dispatcher, 'POST', members, { login, role: 'responder' });
    for (const login of [loginOf(stranger), 'nobody@example.org', loginOf(dispatcher), '+27825559999']) {
      const answer = await invite(login);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 202, body: { invited: true } });
    }
    const refusals = await Promise.all(
      [stranger.id, randomUUID()].map((user) => ask(dispatcher, 'PUT', `${members}/${user}`, { role: 'responder' })),
    );
    for (const refused of refusals) {
      expect(outcome(refused)).toBe('404 NOT_FOUND');
      expect(refused.body.detail).toBe(refusals[0]!.body.detail);
    }
    expect(outcome(await ask(dispatcher, 'DELETE', `${members}/${stranger.id}`))).toBe('404 NOT_FOUND');
    const { items } = (await ask(dispatcher, 'GET', members)).body;
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['Dora']);
    expect(await positionsAfterTelling(stranger, dispatcher, id)).toEqual({ code: 'FORBIDDEN', names: [] });
    expect(await invitationsOf(dispatcher)).toEqual([]);
  });

  it('is within a limit, whoever is invited', async () => {
    const { ask } = directory();
    const { members, dispatcher } = await town();
    const { headers } = await ask(dispatcher, 'POST', members, { login: 'nobody@example.org', role: 'member' });
    expect(headers.get('ratelimit-policy')).toBe('"invite";q=200;w=86400');
    expect(headers.get('ratelimit')).toContain('r=199');
  });
});

describe('somebody who is invited', () => {
  it('is told by whom, accepts, and then is what they were asked to be', async () => {
    const { ask } = directory();
    const { id, members, dispatcher, stranger } = await town();
    for (const role of ['member', 'responder'])
      await ask(dispatcher, 'POST', members, { login: loginOf(stranger), role });
    expect(await invitationsOf(stranger)).toEqual([
      { organisationId: id, organisation: expect.stringContaining('Watch'), role: 'responder', invitedBy: 'Dora' },
    ]);
    const accept = `/auth/invitations/${id}/accept`;
    expect(outcome(await ask(dispatcher, 'POST', accept))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(operator, 'POST', accept))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(undefined, 'POST', accept))).toBe('401 UNAUTHENTICATED');
    expect(outcome(await ask(stranger, 'POST', accept))).toBe(204);
    expect(outcome(await ask(stranger, 'POST', accept))).toBe('404 NOT_FOUND');
    const { user } = (await ask(stranger, 'GET', '/auth/me')).body;
    expect(user).toMatchObject({ memberships: [{ organisationId: id, role: 'responder' }], invitations: [] });
    const told = await positionsAfterTelling(stranger, dispatcher, id);
    expect(told).toEqual({ code: undefined, names: [stranger.name] });
    expect((await ask(dispatcher, 'PUT', `${members}/${stranger.id}`, { role: 'member' })).body.role).toBe('member');
  });

  it('declines, and is not asked by who no longer dispatches', async () => {
    const { ask, planted } = directory();
    const { id, members, dispatcher, stranger } = await town();
    const other = await planted.person('Ola', { [id]: 'dispatcher' });
    const invite = () => ask(other, 'POST', members, { login: loginOf(stranger), role: 'dispatcher' });
    await invite();
    expect(outcome(await ask(stranger, 'DELETE', `/auth/invitations/${id}`))).toBe(204);
    expect(outcome(await ask(stranger, 'DELETE', `/auth/invitations/${id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(stranger, 'POST', `/auth/invitations/${id}/accept`))).toBe('404 NOT_FOUND');
    await invite();
    expect(await invitationsOf(stranger)).toHaveLength(1);
    expect(outcome(await ask(dispatcher, 'PUT', `${members}/${other.id}`, { role: 'responder' }))).toBe(200);
    expect(await invitationsOf(stranger)).toEqual([]);
  });
});

describe('a member', () => {
  it('leaves, unless nobody would dispatch', async () => {
    const { ask, planted } = directory();
    const { id, members, dispatcher, stranger } = await town();
    const responder = await planted.person('Rex', { [id]: 'responder' });
    expect(outcome(await ask(responder, 'DELETE', `${members}/${dispatcher.id}`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(responder, 'DELETE', `${members}/${responder.id.toUpperCase()}`))).toBe(204);
    expect((await ask(responder, 'GET', '/auth/me')).body.user.memberships).toEqual([]);
    expect(outcome(await ask(stranger, 'DELETE', `${members}/${stranger.id}`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(dispatcher, 'DELETE', `${members}/${dispatcher.id}`))).toBe('403 FORBIDDEN');
  });
});
