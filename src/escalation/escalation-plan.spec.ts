import fc from 'fast-check';
import { escalationPolicySchema, type EscalationPolicy } from './escalation-policy.js';
import {
  beginOf,
  firstLookAt,
  judge,
  levelsOf,
  MAX_LEVELS,
  nextLevel,
  stepAt,
  type EscalationPlan,
} from './escalation-plan.js';

const plans: fc.Arbitrary<EscalationPolicy> = fc.record({
  steps: fc.array(
    fc.record({
      targets: fc.constant([{ kind: 'on_duty' as const }]),
      delaySeconds: fc.integer({ min: 0, max: 3600 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  repeat: fc.integer({ min: 0, max: 5 }),
  unreachedSeconds: fc.integer({ min: 5, max: 600 }),
});
/** Whether a step reaches anybody, and whether anybody there receives it; by turns. */
const luck = fc.infiniteStream(fc.record({ reachable: fc.boolean(), received: fc.boolean() }));

/** What an escalation that nobody stops comes to: each level with when it came there. */
function run(plan: EscalationPlan, chances: Iterator<{ reachable: boolean; received: boolean }>) {
  const told = [{ level: 0, at: 0, skipped: [] as readonly number[], reason: 'raised' }];
  let now = 0;
  for (let looks = 0; looks < 10_000; looks++) {
    const { level, at, reason } = told.at(-1)!;
    if (reason === 'exhausted') return { told, looks };
    const { reachable, received } = chances.next().value!;
    const state = { level, levelAt: at, awake: reachable ? 1 : 0, received };
    now = Math.max(now, firstLookAt(plan, state));
    const verdict = judge(plan, state, now);
    if ('waitUntil' in verdict) {
      if (verdict.waitUntil <= now) throw new Error('it waits for what has been');
      now = verdict.waitUntil;
      continue;
    }
    const canTell = plan.steps.map(() => chances.next().value!.reachable);
    const next = nextLevel(plan, { level, reason: verdict.reason }, (step) => canTell[step]!);
    const passed = Array.from({ length: next.level - level - 1 }, (_, index) => level + 1 + index);
    // Nothing is passed over that can be told, and what is passed over is named.
    expect(next.skipped.filter((each) => each > level)).toEqual(passed);
    expect(passed.filter((each) => canTell[each % plan.steps.length])).toEqual([]);
    expect(next.reason === 'exhausted' || canTell[next.level % plan.steps.length]).toBe(true);
    told.push({ level: next.level, at: now, skipped: next.skipped, reason: next.reason });
  }
  throw new Error('it never ends');
}

describe('an escalation that nobody stops', () => {
  it('ends exhausted, by levels that rise strictly, of which there are boundedly many', () => {
    fc.assert(
      fc.property(plans, luck, (plan, chances) => {
        const { told, looks } = run(plan, chances);
        const levels = told.map(({ level }) => level);
        expect(levels).toEqual([...new Set(levels)].toSorted((a, b) => a - b));
        expect(told.at(-1)).toMatchObject({ reason: 'exhausted', level: levelsOf(plan) });
        expect(levels.length).toBeLessThanOrEqual(MAX_LEVELS + 1);
        expect(looks).toBeLessThanOrEqual(3 * (MAX_LEVELS + 1));
      }),
    );
  });

  it('leaves each level when its time is over at the latest, and not before a device could have received it', () => {
    fc.assert(
      fc.property(plans, luck, (plan, chances) => {
        const { told } = run(plan, chances);
        for (const [index, { level, at }] of told.slice(0, -1).entries()) {
          const next = told[index + 1]!;
          const { delaySeconds } = stepAt(plan, level)!;
          const waited = next.at - at;
          expect(waited).toBeLessThanOrEqual(delaySeconds * 1000);
          const least = Math.min(delaySeconds, plan.unreachedSeconds) * 1000;
          expect(next.skipped[0] === level || waited >= least).toBe(true);
        }
      }),
    );
  });
});

it('has no more levels than the longest policy that is allowed', () => {
  const steps = Array.from({ length: 10 }, () => ({ targets: [{ kind: 'on_duty' }], delaySeconds: 0 }));
  expect(levelsOf(escalationPolicySchema.parse({ steps, repeat: 5 }))).toBe(MAX_LEVELS);
  expect(escalationPolicySchema.safeParse({ steps, repeat: 6 }).success).toBe(false);
});

it('ends at once, above its level, when the policy has become shorter than it has come', () => {
  const plan: EscalationPlan = { steps: [{ targets: [], delaySeconds: 60 }], repeat: 0, unreachedSeconds: 15 };
  const verdict = judge(plan, { level: 7, levelAt: 0, awake: 1, received: true }, 0);
  expect(verdict).toEqual({ reason: 'unacknowledged' });
  const next = nextLevel(plan, { level: 7, reason: 'unacknowledged' }, () => true);
  expect(next).toEqual({ level: 8, reason: 'exhausted', skipped: [] });
});

describe('a plan that is changed', () => {
  const ran = { setAt: '2026-01-01T00:00:00.000Z', from: 2 };
  const since = Date.parse(ran.setAt);
  it('begins at the next level, whatever the clocks say, and stays begun', () => {
    expect(beginOf({ since }, { level: 0, levelAt: since, policy: undefined })).toBe(0);
    expect(beginOf({ since }, { level: 0, levelAt: since - 1, policy: undefined })).toBe(1);
    for (const levelAt of [0, since + 5]) {
      expect(beginOf({ since }, { level: 3, levelAt, policy: ran })).toBe(2);
      expect(beginOf({ since: since + 1 }, { level: 3, levelAt, policy: ran })).toBe(4);
      expect(beginOf({ since: 0 }, { level: 3, levelAt, policy: ran })).toBe(4);
      expect(beginOf({ since: 0 }, { level: 3, levelAt, policy: undefined })).toBe(0);
    }
  });

  it('has no step before its first one, and leaves that at once', () => {
    for (const steps of [[{ targets: [], delaySeconds: 60 }], Array(2).fill({ targets: [], delaySeconds: 60 })]) {
      const plan: EscalationPlan = { steps, repeat: 0, unreachedSeconds: 15 };
      const state = { level: -1, levelAt: 5, awake: 1, received: true };
      expect([firstLookAt(plan, state), judge(plan, state, 5)]).toEqual([5, { reason: 'unacknowledged' }]);
      expect(nextLevel(plan, { level: -1, reason: 'unacknowledged' }, () => true).level).toBe(0);
    }
  });
});
