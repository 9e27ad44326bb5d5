import type { Actor } from '../alerts/alert.js';
import type { Membership, Scope } from './roles.js';

/** Somebody with an account, as far as deciding what they may do needs it. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly memberships: readonly Membership[];
  /** Areas that they are on duty for. */
  readonly duties: readonly string[];
  /** E.164, if they gave one to their account. */
  readonly phone?: string;
  /** Areas where their alerts belong while nobody knows where they are. */
  readonly homeAreas: readonly string[];
}

/** Who asks. */
export type Caller =
  /** The operator key, or a person who runs the deployment. */
  | { readonly kind: 'operator'; readonly person?: Person; readonly sessionId?: string }
  | { readonly kind: 'person'; readonly person: Person; readonly sessionId: string }
  /** A program with an API key of an organisation. */
  | {
      readonly kind: 'machine';
      readonly id: string;
      readonly name: string;
      readonly organisationId: string;
      readonly scopes: readonly Scope[];
    }
  /** Holds the receipt of an alert; `proven` when it shows that they are its reporter. */
  | { readonly kind: 'reporter'; readonly alertId: string; readonly proven: boolean }
  /** `rejected`: a token was given, but it is not, or no longer, one of ours. */
  | { readonly kind: 'anonymous'; readonly rejected: boolean };

/** The account behind a caller. */
export function personOf(caller: Caller): Person | undefined {
  return caller.kind === 'operator' || caller.kind === 'person' ? caller.person : undefined;
}

/** The actor of events that this caller causes as a reporter of an alert. */
export function reporterActor(caller: Caller): Actor {
  const person = personOf(caller);
  return { kind: 'reporter', ...(person ? { id: person.id, name: person.name } : {}) };
}

/** The actor of events that this caller causes by answering an alert of these organisations. */
export function answeringActor(caller: Caller, organisations: readonly string[]): Actor {
  switch (caller.kind) {
    case 'operator':
      return { kind: 'operator', ...(caller.person ? { id: caller.person.id, name: caller.person.name } : {}) };
    case 'machine':
      return { kind: 'machine', id: caller.id, name: caller.name };
    case 'person': {
      const { id, name, memberships } = caller.person;
      const roles = memberships.filter((each) => organisations.includes(each.organisationId)).map(({ role }) => role);
      return { kind: roles.includes('dispatcher') ? 'dispatcher' : 'responder', id, name };
    }
    case 'reporter':
    case 'anonymous':
      return { kind: 'reporter' };
  }
}
