import type { Caller } from '../../src/auth/caller.js';
import type { Role, Scope } from '../../src/auth/roles.js';

const person = (role: Role | undefined, duties: readonly string[] = []): Caller & { kind: 'person' } => ({
  kind: 'person',
  sessionId: 'session',
  person: { id: 'me', name: 'Me', memberships: role ? [{ organisationId: 'town', role }] : [], duties, homeAreas: [] },
});
const machine = (...scopes: Scope[]): Caller => ({
  ...({ kind: 'machine', id: 'key', name: 'Alarm centre', organisationId: 'town', scopes } as const),
});

/**
 * One of each who may ask. Whoever has a role has it in the organisation `town`, on duty in its area `hill` where the name
 * says so.
 */
export const CALLERS: Readonly<Record<string, Caller>> = {
  anonymous: { kind: 'anonymous', rejected: false },
  'expired-token': { kind: 'anonymous', rejected: true },
  receipt: { kind: 'reporter', alertId: 'own', proven: true },
  'press-receipt': { kind: 'reporter', alertId: 'own', proven: false },
  'no-organisation': person(undefined),
  member: person('member'),
  'responder-on-duty': person('responder', ['hill']),
  'responder-off-duty': person('responder'),
  dispatcher: person('dispatcher'),
  'machine-raises': machine('alerts:raise'),
  'machine-reads': machine('alerts:read'),
  'machine-answers': machine('alerts:answer'),
  'machine-all': machine('alerts:raise', 'alerts:read', 'alerts:answer'),
  'operator-key': { kind: 'operator' },
  operator: { kind: 'operator', person: person(undefined).person, sessionId: 'session' },
};
