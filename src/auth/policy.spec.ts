import { CALLERS } from '../../test/support/callers.js';
import type { Caller } from './caller.js';
import {
  isOnBehalf,
  listedPlaces,
  liveSightBy,
  grantsOf,
  mayAnswer,
  mayManage,
  mayNameReached,
  mayRaise,
  requireMay,
  sightOf,
  type AlertAction,
  type DirectoryAction,
  type SeenAlert,
} from './policy.js';

/** The matrix of who may do what. */
const ALERTS: Readonly<Record<string, SeenAlert>> = {
  // On the hill, of the caller's organisation.
  town: { id: 'theirs', verified: true, reporterId: 'somebody', areas: ['hill'], organisations: ['town'] },
  other: { id: 'theirs', verified: true, reporterId: 'somebody', areas: ['river'], organisations: ['county'] },
  nowhere: { id: 'theirs', verified: true, reporterId: null, areas: [], organisations: [] },
  // The caller's own, by account and by receipt.
  own: { id: 'own', verified: true, reporterId: 'me', areas: ['hill'], organisations: ['town'] },
};

/** Rows of a table in text: what a cell holds by its row and column. */
function cells(table: string): [row: string, column: string, cell: string][] {
  const [columns = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  return rows.flatMap(([row = '', ...values]) =>
    values.map((value, index): [string, string, string] => [row, columns[index + 1]!, value]),
  );
}

/** What a table has rows and columns of, and how many cells. */
function shapeOf(table: string): [rows: string[], columns: string[], size: number] {
  const all = cells(table);
  return [[...new Set(all.map(([row]) => row))], [...new Set(all.map(([, column]) => column))], all.length];
}

/** How much of an alert one sees, wherever it belongs; `-` is nothing of it. */
const SIGHT = `
  caller              town    other  nowhere  own
  anonymous           -       -      -        -
  expired-token       -       -      -        -
  receipt             -       -      -        own
  press-receipt       -       -      -        -
  no-organisation     -       -      -        own
  member              -       -      -        own
  responder-on-duty   full    -      -        own
  responder-off-duty  coarse  -      -        own
  dispatcher          full    -      -        own
  machine-raises      -       -      -        -
  machine-reads       full    -      -        full
  machine-answers     -       -      -        -
  machine-all         full    -      -        full
  operator-key        full    full   full     full
  operator            full    full   full     own
`;

/** What one may do to alerts of the own organisation (t), of another one (o), and to the alert one reported (m). */
const ANSWERS = `
  caller              acknowledge  respond  resolve  reopen  cancel  update
  anonymous           -            -        -        -       -       -
  expired-token       -            -        -        -       -       -
  receipt             -            -        -        -       m       m
  press-receipt       -            -        -        -       -       -
  no-organisation     -            -        -        -       m       m
  member              -            -        -        -       m       m
  responder-on-duty   t            t        t        -       m       m
  responder-off-duty  t            t        t        -       m       m
  dispatcher          t            t        t        t       tm      tm
  machine-raises      -            -        -        -       -       -
  machine-reads       -            -        -        -       -       -
  machine-answers     tm           tm       tm       -       -       -
  machine-all         tm           tm       tm       -       -       -
  operator-key        tom          tom      tom      tom     tom     tom
  operator            to           to       to       to      tom     tom
`;

/** Whose alerts one may list, whether what one raises is trusted, and of whose alerts one is told whom they reached. */
const LISTS_AND_RAISES = `
  caller              lists     raises    names
  anonymous           -         verified  -
  expired-token       -         verified  -
  receipt             -         verified  -
  press-receipt       -         verified  -
  no-organisation     me        verified  -
  member              me        verified  -
  responder-on-duty   town,me   verified  -
  responder-off-duty  town,me   verified  -
  dispatcher          town,me   verified  t
  machine-raises      -         verified  -
  machine-reads       town      unverified  -
  machine-answers     -         unverified  -
  machine-all         town      verified  -
  operator-key        all       verified  tom
  operator            all       verified  to
`;

/** What one may do in the own organisation (t), in another one (o), and without one (w). */
const DIRECTORY = `
  action                member  responder-on-duty  responder-off-duty  dispatcher  operator  operator-key
  organisations:read    t       t                  t                   t           tow       tow
  organisations:create  -       -                  -                   -           tow       tow
  organisation:change   -       -                  -                   -           tow       tow
  members:read          -       -                  -                   t           tow       tow
  members:change        -       -                  -                   t           tow       tow
  members:add           -       -                  -                   -           tow       tow
  members:leave         t       t                  t                   t           tow       tow
  areas:read            t       t                  t                   t           tow       tow
  areas:change          -       -                  -                   t           tow       tow
  duties:own            -       t                  t                   t           tow       tow
  duties:change         -       -                  -                   t           tow       tow
  api-keys:change       -       -                  -                   t           tow       tow
  positions:read        -       -                  -                   t           tow       tow
  escalation:read       -       -                  -                   t           tow       tow
  escalation:change     -       -                  -                   t           tow       tow
  shifts:read           -       t                  t                   t           tow       tow
  shifts:change         -       -                  -                   t           tow       tow
  drills:run            -       -                  -                   t           tow       tow
  users:change          -       -                  -                   -           tow       tow
`;

const ACTIONS: AlertAction[] = ['acknowledge', 'respond', 'resolve', 'reopen', 'cancel', 'update'];
const DIRECTORY_ACTIONS = Object.keys({
  'organisations:read': true,
  'organisations:create': true,
  'organisation:change': true,
  'members:read': true,
  'members:change': true,
  'members:add': true,
  'members:leave': true,
  'areas:read': true,
  'areas:change': true,
  'duties:own': true,
  'duties:change': true,
  'api-keys:change': true,
  'positions:read': true,
  'escalation:read': true,
  'escalation:change': true,
  'shifts:read': true,
  'shifts:change': true,
  'drills:run': true,
  'users:change': true,
} satisfies Record<DirectoryAction, true>);
const MANAGERS = ['member', 'responder-on-duty', 'responder-off-duty', 'dispatcher', 'operator', 'operator-key'];

describe('the policy', () => {
  it('is written down for every caller and every action', () => {
    const callers = Object.keys(CALLERS);
    expect(shapeOf(SIGHT)).toEqual([callers, Object.keys(ALERTS), callers.length * 4]);
    expect(shapeOf(ANSWERS)).toEqual([callers, ACTIONS, callers.length * ACTIONS.length]);
    expect(shapeOf(LISTS_AND_RAISES)).toEqual([callers, ['lists', 'raises', 'names'], callers.length * 3]);
    expect(shapeOf(DIRECTORY)).toEqual([DIRECTORY_ACTIONS, MANAGERS, DIRECTORY_ACTIONS.length * MANAGERS.length]);
  });

  it.each(cells(SIGHT))('lets %s see of an alert of %s: %s', (caller, alert, sight) => {
    expect(sightOf(CALLERS[caller]!, ALERTS[alert]!) ?? '-').toBe(sight);
  });

  it.each(cells(ANSWERS))('lets %s %s the alerts of: %s', (name, action, expected) => {
    const caller = CALLERS[name]!;
    const may = (alert: string) => mayAnswer(caller, action as AlertAction, ALERTS[alert]!);
    const allowed = [may('town') ? 't' : '', may('other') ? 'o' : '', may('own') ? 'm' : ''].join('');
    expect(allowed || '-').toBe(expected);
    expect(may('nowhere')).toBe(caller.kind === 'operator');
  });

  it.each(cells(LISTS_AND_RAISES))('lets %s: %s %s', (name, what, expected) => {
    const caller = CALLERS[name]!;
    const names = ['town', 'other', 'own'].filter((alert) => mayNameReached(caller, ALERTS[alert]!));
    const said: Record<string, string> = {
      lists: [listedPlaces(caller) ?? '-'].flat().join(','),
      raises: mayRaise(caller) ? 'verified' : 'unverified',
      names: names.map((alert) => ({ town: 't', other: 'o', own: 'm' })[alert]).join('') || '-',
    };
    expect(said[what]).toBe(expected);
  });

  it.each(cells(DIRECTORY))('allows %s to %s in: %s', (action, name, expected) => {
    const may = (organisation?: string) => mayManage(CALLERS[name]!, action as DirectoryAction, organisation);
    const allowed = [may('town') ? 't' : '', may('county') ? 'o' : '', may() ? 'w' : ''].join('');
    expect(allowed || '-').toBe(expected);
  });

  it('lets nobody manage who is no person with an account', () => {
    for (const [name, caller] of Object.entries(CALLERS)) {
      if (MANAGERS.includes(name)) continue;
      for (const action of DIRECTORY_ACTIONS) {
        expect([name, action, mayManage(caller, action as DirectoryAction, 'town')]).toEqual([name, action, false]);
      }
    }
  });

  it('shows an unverified alert live to those who look into it, and in lists to everybody who lists', () => {
    const alert = { ...ALERTS['town']!, verified: false };
    const live = (name: string) => liveSightBy(grantsOf(CALLERS[name]!), alert);
    expect(['dispatcher', 'machine-reads', 'operator'].map(live)).toEqual(['full', 'full', 'full']);
    expect(['responder-on-duty', 'responder-off-duty', 'member'].map(live)).toEqual([undefined, undefined, undefined]);
    expect(sightOf(CALLERS['responder-on-duty']!, alert)).toBe('full');
    expect(liveSightBy(grantsOf(CALLERS['member']!), { ...ALERTS['own']!, verified: false })).toBe('own');
  });

  it('counts the roles of each organisation for its own alerts alone', () => {
    const memberships = [
      { organisationId: 'town', role: 'member' },
      { organisationId: 'county', role: 'dispatcher' },
    ] as const;
    const caller: Caller = {
      kind: 'person',
      sessionId: 's',
      person: { id: 'me', name: 'Me', duties: [], homeAreas: [], memberships },
    };
    expect(sightOf(caller, ALERTS['town']!)).toBeUndefined();
    expect(sightOf(caller, ALERTS['other']!)).toBe('full');
    expect(mayManage(caller, 'areas:change', 'town')).toBe(false);
    expect(mayManage(caller, 'areas:change', 'county')).toBe(true);
    expect(sightOf(caller, { ...ALERTS['town']!, organisations: ['town', 'county'] })).toBe('full');
  });

  it.each<[string, boolean, string]>([
    ['anonymous', false, '+27820000009'],
    ['member', false, '+27820000009'],
    ['machine-all', false, '+27820000009'],
    ['responder-off-duty', true, '+27820000009'],
    ['dispatcher', true, '+27820000009'],
    ['operator-key', true, '+27820000009'],
    ['dispatcher', false, '+27820000001'],
  ])('takes what %s raises as pressed for somebody else: %s, with the number %s', (name, expected, phone) => {
    const caller = CALLERS[name]!;
    const withPhone = 'person' in caller && caller.person ? { ...caller.person, phone: '+27820000001' } : undefined;
    expect(isOnBehalf(withPhone ? ({ ...caller, person: withPhone } as Caller) : caller, phone)).toBe(expected);
    expect(isOnBehalf(caller, undefined)).toBe(false);
  });

  it('asks who is nobody to sign in, and tells everybody else that they may not', () => {
    expect(() => requireMay(CALLERS['anonymous']!, false)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
    expect(() => requireMay(CALLERS['member']!, false)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => requireMay(CALLERS['anonymous']!, true)).not.toThrow();
  });
});
