import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { LiveAreas } from '../areas/live-areas.js';
import { personOf, reporterActor, type Caller } from '../auth/caller.js';
import { isOnBehalf, mayRaise } from '../auth/policy.js';
import type { Clock } from '../clock.js';
import type { Actor, Places, Press } from './alert.js';
import type { SetPins } from './cancel-pins.js';
import type { IdempotencyKey, RaiseCommand } from './decide.js';
import type { Lane, Lanes } from './lanes.js';
import { readPress } from './read-press.js';

/** An anonymous key stands for itself, so it must be hard to guess. */
const ANONYMOUS_KEY_MIN = 16;
const KEY_MAX = 255;

/** A press as it came in, and who pressed. */
export interface RaiseInput {
  readonly body: unknown;
  readonly caller: Caller;
  readonly idempotencyKey?: string | undefined;
  /** Why the report is not to be trusted as it stands, if so; it is stored all the same. */
  readonly doubt?: string | undefined;
  /** Where it comes from, for {@link Lanes}; absent when this system presses itself or vouches for the source. */
  readonly address?: string | undefined;
}

export interface RaiseParts {
  readonly clock: Clock;
  /** Tells where an alert belongs, at once: it stands in the way of every panic. */
  readonly placing: Pick<LiveAreas, 'of'>;
  readonly lanes: Lanes;
  /** Calling code of phone numbers that are given without one. */
  readonly countryCode: string;
}

/** A press as the log takes it. */
export interface ReadRaise {
  readonly command: RaiseCommand;
  readonly pins?: SetPins;
  /** What was dropped of it, and why it is not trusted. */
  readonly warnings: readonly string[];
  readonly lane: Lane;
}

type ReadFacts = Omit<Press, 'verified'>;

/** Reads a press; nothing in it is a reason to refuse. */
export function readRaise(input: RaiseInput, { clock, placing, lanes, countryCode }: RaiseParts): ReadRaise {
  const { caller } = input;
  const { press, pins, warnings } = readPress(input.body, countryCode);
  const read = withTrustedSource(press, input, warnings);
  const lane = lanes.enter(caller, input.address);
  const key = idempotencyKey(input, read, warnings);
  const doubts = doubtsOf(input);
  const now = clock.now();
  // Whoever presses for somebody else is not the reporter: that is whose number they give.
  const person = isOnBehalf(caller, read.contact?.phone) ? undefined : personOf(caller);
  const reporter = reporterKey(person, read);
  const told: Press = {
    ...read,
    verified: doubts.length === 0 && !lane.flooded,
    places: withOwn(caller, placing.of(read.location, person)),
    ...(person ? { reporterId: person.id } : {}),
  };
  const command: RaiseCommand = {
    type: 'raise',
    newId: uuidv7({ msecs: now.getTime() }),
    at: now.toISOString(),
    actor: pressingActor(caller),
    press: told,
    ...(reporter ? { reporter: `${read.test ? 'test:' : ''}${reporter}` } : {}),
    ...(caller.kind === 'reporter' ? { [caller.proven ? 'receiptOf' : 'weakReceiptOf']: caller.alertId } : {}),
    ...(key ? { key } : {}),
  };
  return { command, ...(pins ? { pins } : {}), warnings: [...warnings, ...doubts], lane };
}

/** That a number is the caller's own only a gateway can say, and those press from within. */
function withTrustedSource(read: ReadFacts, { caller, address }: RaiseInput, warnings: string[]): ReadFacts {
  const { source, ...rest } = read;
  if (address !== undefined && (source === 'sms' || source === 'ussd')) {
    warnings.push('source: ignored, only the gateways for SMS and USSD say that');
    return rest;
  }
  return source === undefined && caller.kind === 'machine' ? { ...read, source: 'partner' } : read;
}

function doubtsOf({ caller, doubt }: RaiseInput): string[] {
  const doubts = doubt ? [doubt] : [];
  if (caller.kind === 'anonymous' && caller.rejected) {
    doubts.push('authorization: ignored, the token is not or no longer valid; the alert is stored as unverified');
  } else if (!mayRaise(caller)) {
    doubts.push('authorization: this key is not for raising alerts; the alert is stored as unverified');
  }
  return doubts;
}

/** What later presses of the same reporter are found by. */
function reporterKey(person: { id: string; phone?: string } | undefined, { contact }: ReadFacts): string | undefined {
  const phone = person ? person.phone : contact?.phone;
  if (phone !== undefined) return `phone:${phone}`;
  return person && `user:${person.id}`;
}

/** A machine's alert is its organisation's, wherever it is. */
function withOwn(caller: Caller, places: Places): Places {
  if (caller.kind !== 'machine') return places;
  return { ...places, organisations: [...new Set([...places.organisations, caller.organisationId])] };
}

function pressingActor(caller: Caller): Actor {
  return caller.kind === 'machine' ? { kind: 'machine', id: caller.id, name: caller.name } : reporterActor(caller);
}

function idempotencyKey(
  { idempotencyKey: key, caller }: RaiseInput,
  press: ReadFacts,
  warnings: string[],
): IdempotencyKey | undefined {
  if (!key) return undefined;
  const scope = keyScope(caller);
  if (key.length > KEY_MAX || (scope === '' && key.length < ANONYMOUS_KEY_MIN)) {
    warnings.push(`Idempotency-Key: ignored, it must have ${ANONYMOUS_KEY_MIN} to ${KEY_MAX} characters`);
    return undefined;
  }
  return { digest: sha256(`${scope}\n${key}`), fingerprint: sha256(JSON.stringify(press)) };
}

/** Whose key it is; an anonymous one stands for itself. */
function keyScope(caller: Caller): string {
  const person = personOf(caller);
  if (person) return `user:${person.id}`;
  if (caller.kind === 'machine') return `machine:${caller.id}`;
  return caller.kind === 'operator' ? 'operator' : '';
}

function sha256(text: string): string {
  return hash('sha256', text);
}
