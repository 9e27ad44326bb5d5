import fc from 'fast-check';
import { readHistory, type AuditedEvent, type LoggedStand } from './audit-history.js';
import { auditAlert, delayMsOf, GRACE_MS, type AuditedAlert, type WatchedEscalation } from './audit.js';
import { levelsOf } from './escalation-plan.js';
import type { EscalationPolicy } from './escalation-policy.js';

const TOWN = 'town';
const FARMS = 'farms';
const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');

const policies = fc
  .record({
    delays: fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 4 }),
    repeat: fc.integer({ min: 0, max: 2 }),
  })
  .map(
    ({ delays, repeat }): EscalationPolicy => ({
      steps: delays.map((delaySeconds) => ({ targets: [{ kind: 'on_duty' }], delaySeconds })),
      repeat,
      unreachedSeconds: 15,
    }),
  );

interface Life {
  readonly organisations: readonly string[];
  readonly policy: EscalationPolicy;
  /** For each step, how late or, negative, how early it came, ms. */
  readonly lateness: readonly number[];
  /** When it was reopened, if it was, and how long ago it began, ms. */
  readonly reopenedAfter: number | undefined;
  readonly age: number;
}

const lives: fc.Arbitrary<Life> = fc.record({
  organisations: fc.constantFrom([], [TOWN], [TOWN, FARMS]),
  policy: policies,
  lateness: fc.array(fc.integer({ min: -30_000, max: GRACE_MS - 1 }), { minLength: 20, maxLength: 20 }),
  reopenedAfter: fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined }),
  age: fc.integer({ min: 0, max: 3_600_000 }),
});

interface Told {
  readonly events: readonly AuditedEvent[];
  readonly watched: readonly WatchedEscalation[];
  readonly now: number;
}

/** A whole life in which everything happened that should, as somebody would tell it who knows the rules. */
function tell({ organisations, policy, lateness, reopenedAfter, age }: Life): Told {
  const now = BEGIN + age;
  const isReopened = reopenedAfter !== undefined && reopenedAfter < age;
  const events: AuditedEvent[] = [{ seq: 0, type: 'alert.raised', at: BEGIN, organisations, verified: true }];
  const begun = isReopened ? BEGIN + reopenedAfter : BEGIN;
  if (isReopened) events.push({ seq: 0, type: 'alert.reopened', at: begun });
  const watched: WatchedEscalation[] = [];
  for (const organisationId of organisations.length > 0 ? organisations : [null]) {
    let at = begun;
    let level = 0;
    for (;;) {
      if (level === levelsOf(policy)) break;
      const due = at + delayMsOf(policy, level);
      const next = Math.max(at, due + lateness[level % lateness.length]!);
      if (next > now) break;
      at = next;
      level += 1;
      const exhausted = level === levelsOf(policy);
      events.push({ seq: 0, type: 'alert.escalated', at, step: { organisationId, level, exhausted } });
    }
    const isOver = level === levelsOf(policy);
    watched.push({ organisationId, nextAt: isOver ? null : at + delayMsOf(policy, level) });
  }
  return { events, watched, now };
}

function audit({ events, watched, now }: Told, policy: EscalationPolicy) {
  const inOrder = [...events].sort((a, b) => a.at - b.at).map((event, seq) => ({ ...event, seq: seq + 1 }));
  const alert: AuditedAlert = { id: 'an alert', ...readHistory(inOrder), watched };
  return auditAlert(alert, () => ({ policy, since: 0 }), now).filter(({ finding }) => finding.kind !== 'exhausted');
}

/** The same life, in which the steps of one organisation stopped before its step to `level`. */
function suppress(told: Told, organisationId: string | null, level: number): Told {
  const isLost = ({ step }: AuditedEvent) => step?.organisationId === organisationId && step.level >= level;
  return { ...told, events: told.events.filter((event) => !isLost(event)) };
}

describe('the auditor of escalations', () => {
  it('says nothing of an alert whose steps all came in time', () => {
    fc.assert(fc.property(lives, (life) => expect(audit(tell(life), life.policy)).toEqual([])));
  });

  it('finds every step that was suppressed, and says how far it should have come', () => {
    let found = 0;
    fc.assert(
      fc.property(lives, fc.nat(), (life, choice) => {
        const told = tell(life);
        const steps = told.events.flatMap(({ step, at }) => (step ? { ...step, at } : []));
        if (steps.length === 0) return;
        const { organisationId, level } = steps[choice % steps.length]!;
        const suppressed = suppress(told, organisationId, level);
        const before = suppressed.events.filter(({ step }) => !step || step.organisationId === organisationId);
        const since = Math.max(...before.map(({ at }) => at));
        const due = since + delayMsOf(life.policy, level - 1);
        const watched = [
          ...told.watched.filter((each) => each.organisationId !== organisationId),
          { organisationId, nextAt: told.now + 3_600_000 },
        ];
        const findings = audit({ ...suppressed, watched }, life.policy);
        const isLate = told.now >= due + GRACE_MS && told.now >= since + GRACE_MS;
        if (isLate) found += 1;
        const late = { kind: 'late', organisationId, level: level - 1, dueAt: new Date(due).toISOString() };
        expect(findings).toMatchObject(isLate ? [{ finding: late, isLost: true }] : []);
        expect(findings.filter(({ finding }) => finding.expectedLevel! < level)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('finds a row that is gone or has ended, before its next step is late', () => {
    fc.assert(
      fc.property(lives, fc.boolean(), (life, isGone) => {
        const told = tell(life);
        const running = told.watched.find(({ nextAt }) => nextAt !== null);
        if (!running) return;
        const { organisationId } = running;
        const others = told.watched.filter((each) => each !== running);
        const watched = isGone ? others : [...others, { organisationId, nextAt: null }];
        const stand = readHistory(told.events).stands.find((each) => each.organisationId === organisationId)!;
        const findings = audit({ ...told, watched }, life.policy);
        const kind = isGone ? 'unwatched' : 'stopped';
        const expected = told.now < stand.at + GRACE_MS ? [] : [{ finding: { kind, organisationId }, isLost: true }];
        expect(findings).toMatchObject(expected);
      }),
    );
  });

  it('gives what waited in Redis its time from when it came into the log, not from its press', () => {
    const policy: EscalationPolicy = {
      steps: [{ targets: [{ kind: 'on_duty' }], delaySeconds: 60 }],
      repeat: 0,
      unreachedSeconds: 15,
    };
    const loggedAt = BEGIN + 600_000;
    const raised = { seq: 1, type: 'alert.raised', at: BEGIN, organisations: [TOWN], verified: true } as const;
    const at = (now: number) => audit({ events: [{ ...raised, loggedAt }], watched: [], now }, policy);
    expect(at(loggedAt + GRACE_MS - 1)).toEqual([]);
    expect(at(loggedAt + GRACE_MS)).toMatchObject([{ finding: { kind: 'unwatched' }, isLost: true }]);
  });

  it('does not wake again what is due and merely waits for its turn', () => {
    const events: AuditedEvent[] = [{ seq: 1, type: 'alert.raised', at: BEGIN, organisations: [TOWN], verified: true }];
    const policy: EscalationPolicy = {
      steps: [{ targets: [{ kind: 'on_duty' }], delaySeconds: 60 }],
      repeat: 0,
      unreachedSeconds: 15,
    };
    const watched = [{ organisationId: TOWN, nextAt: BEGIN + 60_000 }];
    const now = BEGIN + 60_000 + GRACE_MS;
    expect(audit({ events, watched, now: now - 1 }, policy)).toEqual([]);
    expect(audit({ events, watched, now }, policy)).toMatchObject([{ finding: { kind: 'late' }, isLost: false }]);
  });
});

describe('what the log says of an alert', () => {
  const raised = (organisations: string[], verified = true): AuditedEvent => ({
    seq: 1,
    type: 'alert.raised',
    at: BEGIN,
    organisations,
    verified,
  });
  const stand = (organisationId: string | null, at: number, seq: number): LoggedStand => ({
    organisationId,
    level: 0,
    at,
    seq,
    exhausted: false,
  });

  it('lets whoever it is moved to begin then, and whoever it leaves be', () => {
    const moved: AuditedEvent = { seq: 2, type: 'alert.updated', at: BEGIN + 5, organisations: [FARMS] };
    expect(readHistory([raised([TOWN]), moved]).stands).toEqual([stand(FARMS, BEGIN + 5, 2)]);
    expect(readHistory([raised([]), moved]).stands).toEqual([stand(FARMS, BEGIN + 5, 2)]);
    expect(readHistory([raised([TOWN, FARMS]), moved]).stands).toEqual([stand(FARMS, BEGIN, 1)]);
  });

  it('expects those who are called in at the end to begin as well', () => {
    const step = { organisationId: TOWN, level: 2, exhausted: true };
    const last: AuditedEvent = { seq: 2, type: 'alert.escalated', at: BEGIN + 5, organisations: [TOWN, FARMS], step };
    const exhausted = { ...step, at: BEGIN + 5, seq: 2 };
    expect(readHistory([raised([TOWN]), last]).stands).toEqual([exhausted, stand(FARMS, BEGIN + 5, 2)]);
    // The operators have handed it on.
    const handedOn = { ...last, organisations: [FARMS], step: { ...step, organisationId: null } };
    expect(readHistory([raised([]), handedOn]).stands).toEqual([stand(FARMS, BEGIN + 5, 2)]);
  });

  it('begins anew when it is reopened, under duress, or verified after all', () => {
    const step = { organisationId: TOWN, level: 1, exhausted: false };
    const escalated: AuditedEvent = { seq: 2, type: 'alert.escalated', at: BEGIN + 5, step };
    const again = (type: AuditedEvent['type']): AuditedEvent => ({ seq: 3, type, at: BEGIN + 9 });
    for (const type of ['alert.reopened', 'alert.duress'] as const) {
      expect(readHistory([raised([TOWN]), escalated, again(type)]).stands).toEqual([stand(TOWN, BEGIN + 9, 3)]);
    }
    const repeated: AuditedEvent = { ...again('alert.repeated'), verified: true };
    const once = readHistory([raised([TOWN], false), escalated, repeated]);
    expect(once).toEqual({ verified: true, stands: [stand(TOWN, BEGIN + 9, 3)] });
    expect(readHistory([raised([TOWN]), escalated, repeated]).stands).toMatchObject([{ level: 1, at: BEGIN + 5 }]);
  });
});
