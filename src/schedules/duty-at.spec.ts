import fc from 'fast-check';
import { dutyAt, type Override, type Shift } from './duty-at.js';

const ZONES = ['Africa/Johannesburg', 'Europe/Berlin', 'America/New_York'] as const;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const at = (text: string) => Date.parse(text);

/** What the wall shows, as text that sorts by time; asked of Intl in another way than the code does. */
const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone as string,
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
  ]),
);
const wallAt = (zone: string, ms: number) => formats.get(zone)!.format(ms);

/** Looks at the wall minute by minute: what has begun, and is not over for good, is going on. */
function isOnByTheWall(zone: string, { weekday, startMinute, endMinute }: Shift, ms: number): boolean {
  const [before, after]: string[][] = [[], []];
  for (let step = 0; step <= 190; step += 1) {
    before!.push(wallAt(zone, ms - step * MINUTE));
    after!.push(wallAt(zone, ms + step * MINUTE));
  }
  const today = at(`${wallAt(zone, ms).slice(0, 10)}T00:00:00Z`);
  return [today - DAY, today, today + DAY].some((day) => {
    if ((new Date(day).getUTCDay() || 7) !== weekday) return false;
    const text = (minute: number) => new Date(day + minute * MINUTE).toISOString().slice(0, 16).replace('T', ' ');
    const [start, end] = [text(startMinute), text(endMinute > startMinute ? endMinute : endMinute + 1440)];
    const hasBegun = before!.some((wall) => wall >= start);
    return hasBegun && (after!.some((wall) => wall < end) || after!.slice(1).some((wall) => wall <= end));
  });
}

const shift = (parts: Partial<Shift> = {}): Shift => ({
  userId: 'thandi',
  areaId: null,
  weekday: 5,
  startMinute: 18 * 60,
  endMinute: 6 * 60,
  ...parts,
});
const override = (onDuty: boolean, from: string, until: string, areaId: string | null = null): Override => ({
  userId: 'thandi',
  areaId,
  onDuty,
  from: at(from),
  until: at(until),
});
const until = (shifts: Shift[], overrides: Override[], when: string, place: string | null = null) =>
  dutyAt({ timeZone: ZONES[0], shifts, overrides }, at(when), [place]).map((duty) =>
    new Date(duty.until).toISOString(),
  );

const minute = fc.integer({ min: 0, max: 1439 });
const anyShift = fc
  .record({ weekday: fc.integer({ min: 1, max: 7 }), startMinute: minute, endMinute: minute })
  .map((parts) => shift(parts));
/** Around changes of clocks, and at any time. */
const TURNS = ['2026-03-08T07:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z'].map(at);
const anyMoment = fc.oneof(
  fc
    .tuple(fc.constantFrom(...TURNS), fc.integer({ min: -200, max: 200 }))
    .map(([turn, minutes]) => turn + minutes * MINUTE),
  fc.integer({ min: at('2026-01-01') / MINUTE, max: at('2027-01-01') / MINUTE }).map((minutes) => minutes * MINUTE),
);
/** Edges of shifts where clocks are changed, which nights seldom meet by chance. */
const nightly = fc
  .record({
    weekday: fc.constantFrom(6, 7),
    startMinute: fc.integer({ min: 0, max: 200 }),
    endMinute: fc.integer({ min: 0, max: 200 }),
  })
  .map((parts) => shift(parts));

describe('shifts', () => {
  it('are on exactly while the wall says so, also where clocks are changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.oneof(nightly, anyShift), anyMoment, (zone, one, ms) => {
        const isOn = dutyAt({ timeZone: zone, shifts: [one], overrides: [] }, ms, [null]).length > 0;
        expect(isOn).toBe(isOnByTheWall(zone, one, ms));
      }),
      { numRuns: 150 },
    );
  });

  it('that take over from each other leave no moment without anybody', () => {
    const turnsOfDay = fc.uniqueArray(minute, { minLength: 2, maxLength: 4 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), turnsOfDay, anyMoment, (zone, turns, ms) => {
        const shifts = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) =>
          turns.map((startMinute, index) =>
            shift({ userId: `${index}`, weekday, startMinute, endMinute: turns[(index + 1) % turns.length]! }),
          ),
        );
        expect(dutyAt({ timeZone: zone, shifts, overrides: [] }, ms, [null])).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('cross midnight and the end of the week, and end to the minute', () => {
    const friday = [shift()];
    expect(until(friday, [], '2026-11-20T15:59:59Z')).toEqual([]);
    expect(until(friday, [], '2026-11-20T16:00:00Z')).toEqual(['2026-11-21T04:00:00.000Z']);
    expect(until(friday, [], '2026-11-21T03:59:59Z')).toEqual(['2026-11-21T04:00:00.000Z']);
    expect(until(friday, [], '2026-11-21T04:00:00Z')).toEqual([]);
    expect(until([shift({ weekday: 7 })], [], '2026-11-23T01:00:00Z')).toEqual(['2026-11-23T04:00:00.000Z']);
    // All day long: it begins and ends at the same time.
    expect(until([shift({ startMinute: 0, endMinute: 0 })], [], '2026-11-20T21:59:00Z')).toHaveLength(1);
  });

  it('that follow each other are one duty, and hold for the areas that they name', () => {
    const day = shift({ startMinute: 360, endMinute: 1080, areaId: 'hill' });
    expect(until([shift(), day], [], '2026-11-20T10:00:00Z', 'hill')).toEqual(['2026-11-21T04:00:00.000Z']);
    expect(until([shift(), day], [], '2026-11-20T10:00:00Z', 'river')).toEqual([]);
    expect(until([shift(), day], [], '2026-11-20T10:00:00Z')).toEqual([]);
    expect(until([shift(), day], [], '2026-11-20T20:00:00Z', 'river')).toEqual(['2026-11-21T04:00:00.000Z']);
  });
});

describe('overrides', () => {
  const leave = override(false, '2026-11-20T20:00:00Z', '2026-11-20T22:00:00Z');

  it('count instead of shifts, to the moment', () => {
    expect(until([shift()], [leave], '2026-11-20T19:59:59Z')).toEqual(['2026-11-20T20:00:00.000Z']);
    expect(until([shift()], [leave], '2026-11-20T20:00:00Z')).toEqual([]);
    expect(until([shift()], [leave], '2026-11-20T22:00:00Z')).toEqual(['2026-11-21T04:00:00.000Z']);
    const standIn = override(true, '2026-11-18T08:00:00Z', '2026-11-18T09:00:00Z', 'hill');
    expect(until([], [standIn], '2026-11-18T08:30:00Z', 'hill')).toEqual(['2026-11-18T09:00:00.000Z']);
    expect(until([], [standIn], '2026-11-18T08:30:00Z')).toEqual([]);
  });

  it('count by who was last heard, and in the area that they name', () => {
    const back = override(true, '2026-11-20T21:00:00Z', '2026-11-20T21:30:00Z');
    expect(until([shift()], [leave, back], '2026-11-20T21:10:00Z')).toEqual(['2026-11-20T21:30:00.000Z']);
    expect(until([shift()], [back, leave], '2026-11-20T21:10:00Z')).toEqual([]);
    const offHill = override(false, '2026-11-20T16:00:00Z', '2026-11-21T04:00:00Z', 'hill');
    const both = dutyAt({ timeZone: ZONES[0], shifts: [shift()], overrides: [offHill] }, at('2026-11-20T18:00Z'), [
      'hill',
      'river',
    ]);
    expect(both.map(({ areaId }) => areaId)).toEqual(['river']);
  });
});
