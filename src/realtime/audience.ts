import { hash } from 'node:crypto';
import type { Alert } from '../alerts/alert.js';
import { SEVERITIES, type Severity } from '../alerts/severity.js';
import type { Caller } from '../auth/caller.js';
import { grantsOf, type Grants } from '../auth/policy.js';
import { roomsOf } from './rooms.js';

/**
 * What a socket gets, as plain JSON: everything that is decided about an entry of the log follows from this and the
 * entry. Responders answer alerts, machines read those of an organisation, reporters follow their own.
 */
export interface Audience {
  readonly kind: 'responder' | 'machine' | 'reporter';
  /** Those with the same name get the same events, but for what they have reported themselves. */
  readonly group: string;
  /** Every room of an entry that may be for this audience. */
  readonly rooms: readonly string[];
  readonly grants: Grants;
  /** Narrows what they answer; never what they have reported themselves. */
  readonly severities?: readonly Severity[];
}

/** The audience of a caller; one that asks for some severities gets no others. */
export function audienceOf(caller: Caller, severities?: readonly Severity[]): Audience {
  const asked = SEVERITIES.filter((severity) => !severities || severities.includes(severity));
  return audience(kindOf(caller), grantsOf(caller), asked.length < SEVERITIES.length ? asked : undefined);
}

function audience(kind: Audience['kind'], grants: Grants, severities?: readonly Severity[]): Audience {
  const group = [kind, ...roomsOf(withoutAccount(grants)).toSorted(), ...(severities ?? [])].join(' ');
  return { kind, group, rooms: roomsOf(grants), grants, ...(severities ? { severities } : {}) };
}

function kindOf(caller: Caller): Audience['kind'] {
  switch (caller.kind) {
    case 'operator':
      return 'responder';
    case 'machine':
      return 'machine';
    case 'person':
      return caller.person.memberships.some(({ role }) => role !== 'member') ? 'responder' : 'reporter';
    case 'reporter':
    case 'anonymous':
      return 'reporter';
  }
}

function withoutAccount({ reporterId: _reporterId, ...shared }: Grants): Grants {
  return shared;
}

/** The audience without what is its alone: what its whole group gets. */
export function sharedAudience({ kind, grants, severities }: Audience): Audience {
  return audience(kind, withoutAccount(grants), severities);
}

/** True when what this audience gets of an alert may be another thing than what its group gets. */
export function isConcerned({ grants }: Audience, { reporterId }: Pick<Alert, 'reporterId'>): boolean {
  return reporterId !== null && grants.reporterId === reporterId;
}

/** Names what a client has been told so far: its cursor is good as long as this stays the same. */
export function markOf({ group }: Audience): string {
  return hash('sha256', group).slice(0, 16);
}
