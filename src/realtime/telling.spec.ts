import fc from 'fast-check';
import { isOpen, type Alert, type AlertEvent, type LogEntry, type Places } from '../alerts/alert.js';
import { apply } from '../alerts/apply.js';
import { raiseSeverity, SEVERITIES } from '../alerts/severity.js';
import type { Caller } from '../auth/caller.js';
import { ROLES } from '../auth/roles.js';
import { audienceOf, isConcerned, sharedAudience, type Audience } from './audience.js';
import { roomsOfEntry } from './rooms.js';
import { messageFor, viewFor } from './telling.js';

/** Organisation x owns the areas x1 and x2; y owns y1. */
const AREAS: Record<string, string> = { x1: 'x', x2: 'x', y1: 'y' };
const IDS = ['a', 'b', 'c'];
const USERS = ['u', 'v'];

const places = fc
  .subarray(Object.keys(AREAS))
  .map((areas): Places => ({ areas, organisations: [...new Set(areas.map((area) => AREAS[area]!))] }));
const severity = fc.constantFrom(...SEVERITIES);

interface Happening {
  readonly id: string;
  readonly what: AlertEvent['type'] | 'escalated';
  readonly severity: Alert['severity'];
  readonly places: Places | undefined;
  readonly verified: boolean;
  readonly user: string | undefined;
  readonly proven: boolean;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  id: fc.constantFrom(...IDS),
  what: fc.constantFrom(
    'alert.repeated',
    'escalated',
    'alert.updated',
    'alert.updated',
    'alert.acknowledged',
    'alert.responded',
    'alert.resolved',
    'alert.reopened',
    'alert.cancelled',
    'alert.duress',
  ),
  severity,
  places: fc.option(places, { nil: undefined }),
  verified: fc.boolean(),
  user: fc.option(fc.constantFrom(...USERS), { nil: undefined }),
  proven: fc.boolean(),
});

/** The event that a happening is, by the rules that `decide` keeps. */
function eventOf(alert: Alert | undefined, { id, what, ...said }: Happening, seq: number): AlertEvent {
  const to = { alertId: id, at: new Date(seq * 1000).toISOString(), actor: { kind: 'responder' as const, id: 'r' } };
  if (!alert) {
    const { severity, places, verified, user } = said;
    const details = {
      severity,
      test: false,
      verified,
      ...(places ? { places } : {}),
      ...(user ? { reporterId: user } : {}),
    };
    return { type: 'alert.raised', ...to, details };
  }
  const location = { lat: seq, lng: -seq };
  const moved = said.places ? { location, places: said.places, left: leftFor(alert, said.places) } : {};
  const { proven, verified } = said;
  switch (what) {
    case 'alert.repeated':
    case 'escalated': {
      const severity = what === 'escalated' ? raiseSeverity(alert.severity) : alert.severity;
      return { type: 'alert.repeated', ...to, details: { severity, verified, proven, ...moved } };
    }
    case 'alert.updated':
      return { type: what, ...to, details: { proven, ...moved } };
    case 'alert.duress':
      return alert.duress ? { type: 'alert.updated', ...to, details: { proven } } : { type: what, ...to, details: {} };
    case 'alert.responded':
      return { type: what, ...to, details: { status: 'en_route' } };
    case 'alert.escalated': {
      const { places: calledIn } = said;
      const level = alert.escalations.length + 1;
      const organisationId = `organisation ${level}`;
      const together = calledIn && {
        areas: [...new Set([...alert.areas, ...calledIn.areas])],
        organisations: [...new Set([...alert.organisations, ...calledIn.organisations])],
      };
      const details = { organisationId, level, reason: 'unacknowledged', skipped: [], userIds: ['u'] } as const;
      return { type: what, ...to, details: { ...details, ...(together ? { places: together } : {}) } };
    }
    case 'alert.raised':
    case 'alert.acknowledged':
    case 'alert.resolved':
    case 'alert.reopened':
    case 'alert.cancelled':
      return { type: what as 'alert.resolved', ...to, details: {} };
  }
}

function leftFor(alert: Places, to: Places): Places {
  return {
    areas: alert.areas.filter((id) => !to.areas.includes(id)),
    organisations: alert.organisations.filter((id) => !to.organisations.includes(id)),
  };
}

function historyOf(happenings: readonly Happening[]): LogEntry[] {
  const alerts = new Map<string, Alert>();
  return happenings.map((each, index) => {
    const seq = index + 1;
    const event = eventOf(alerts.get(each.id), each, seq);
    const alert = apply(alerts.get(each.id), event, seq);
    alerts.set(each.id, alert);
    return { ...event, seq, alert };
  });
}

/** The open alerts after the first `seq` entries. */
function openAt(entries: readonly LogEntry[], seq: number): Alert[] {
  const latest = new Map(entries.slice(0, seq).map(({ alertId, alert }) => [alertId, alert]));
  return [...latest.values()].filter(isOpen);
}

const person: fc.Arbitrary<Caller> = fc.record({
  kind: fc.constant('person' as const),
  sessionId: fc.constant('s'),
  person: fc.record({
    id: fc.constantFrom(...USERS),
    name: fc.constant('n'),
    memberships: fc
      .record({ x: fc.option(fc.constantFrom(...ROLES)), y: fc.option(fc.constantFrom(...ROLES)) })
      .map((roles) =>
        Object.entries(roles).flatMap(([organisationId, role]) => (role ? [{ organisationId, role }] : [])),
      ),
    duties: fc.subarray(Object.keys(AREAS)),
    homeAreas: fc.constant([]),
  }),
});
const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 6, arbitrary: person },
  fc.constant<Caller>({ kind: 'operator' }),
  fc.constantFrom<Caller>(...IDS.map((alertId): Caller => ({ kind: 'reporter', alertId, proven: true }))),
  fc
    .constantFrom('x', 'y')
    .map(
      (organisationId): Caller => ({ kind: 'machine', id: 'm', name: 'm', organisationId, scopes: ['alerts:read'] }),
    ),
);
const audience = fc
  .tuple(caller, fc.option(fc.subarray([...SEVERITIES], { minLength: 1 }), { nil: undefined }))
  .map(([who, severities]) => audienceOf(who, severities));
const history = fc.array(happening, { maxLength: 30 }).map(historyOf);

/** A receipt shows its alert also when it is closed; compared are the open ones. */
function isShown({ grants }: Audience, alert: Alert, view: Pick<Alert, 'status'>): boolean {
  return grants.receiptOf !== alert.id || isOpen(view);
}

/** A client by the rule of docs/events.md: a snapshot, then each event that is for it; what is closed or gone it drops. */
function shownTo(audience: Audience, entries: readonly LogEntry[], snapshotAt: number) {
  const shown = new Map(
    openAt(entries, snapshotAt).flatMap((alert) => {
      const view = viewFor(audience, alert);
      return view && isShown(audience, alert, view) ? [[alert.id, view] as const] : [];
    }),
  );
  for (const entry of entries.slice(snapshotAt)) {
    const message = messageFor(audience, entry);
    if (!message) continue;
    if (message.gone || !isOpen(message.alert)) shown.delete(entry.alertId);
    else shown.set(entry.alertId, message.alert);
  }
  return shown;
}

describe('what an audience is told', () => {
  it('leaves it with exactly what it may see, from whichever snapshot it went on', () => {
    fc.assert(
      fc.property(history, audience, fc.nat(30), (entries, who, at) => {
        const snapshotAt = Math.min(at, entries.length);
        const shown = shownTo(who, entries, snapshotAt);
        const open = openAt(entries, entries.length);
        for (const id of IDS) {
          const alert = open.find((each) => each.id === id);
          const view = alert && viewFor(who, alert);
          expect(shown.get(id)).toEqual(view && isShown(who, alert, view) ? view : undefined);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('comes by rooms that the audience is in', () => {
    fc.assert(
      fc.property(history, audience, (entries, who) => {
        const told = entries.filter((entry) => messageFor(who, entry));
        const strays = told.filter((entry) => !roomsOfEntry(entry).some((room) => who.rooms.includes(room)));
        expect(strays).toEqual([]);
      }),
    );
  });

  it('is what its whole group is told, unless it is concerned as the reporter', () => {
    fc.assert(
      fc.property(history, audience, (entries, who) => {
        const shared = sharedAudience(who);
        expect(shared.group).toBe(who.group);
        const others = entries.filter(({ alert }) => !isConcerned(who, alert));
        expect(others.map((entry) => messageFor(who, entry))).toEqual(others.map((entry) => messageFor(shared, entry)));
      }),
    );
  });

  it('is their own to reporters, whatever they ask for and whatever else they are', () => {
    const raised = historyOf([
      { id: 'a', what: 'alert.raised', severity: 'low', places: undefined, verified: false, user: 'u', proven: true },
    ]);
    const person = { id: 'u', name: 'n', memberships: [], duties: [], homeAreas: [] };
    for (const who of [{ kind: 'operator', person } as const, { kind: 'person', person, sessionId: 's' } as const]) {
      const audience = audienceOf(who, ['critical']);
      expect(messageFor(audience, raised[0]!)?.alert).not.toHaveProperty('verified');
      expect(viewFor(audience, raised[0]!.alert)).toMatchObject({ id: 'a', coming: 0 });
    }
  });
});
