import { WallClock } from '../wall-clock.js';

/** How many shifts and exceptions in a row are looked at for the end of a duty. */
const LOOK_AHEAD = 32;

/** Every week, in the time zone of the organisation. */
export interface Shift {
  readonly userId: string;
  /** Null: all of the organisation. */
  readonly areaId: string | null;
  /** On which it begins; ISO: Monday is 1. */
  readonly weekday: number;
  /** Minutes of the day. One that does not end after its start ends on the next day. */
  readonly startMinute: number;
  readonly endMinute: number;
}

/** Somebody is, or is not, on duty from one moment (ms) until another, whatever their shifts say. */
export interface Override {
  readonly userId: string;
  readonly areaId: string | null;
  readonly onDuty: boolean;
  readonly from: number;
  readonly until: number;
}

/** Who is to be on duty when. */
export interface Schedule {
  /** IANA name. */
  readonly timeZone: string;
  readonly shifts: readonly Shift[];
  /** In the order in which they were made: of two that contradict each other the later one counts. */
  readonly overrides: readonly Override[];
}

/** Somebody who is on duty. */
export interface ScheduledDuty {
  readonly userId: string;
  readonly areaId: string | null;
  /** When nothing says any more that they are, ms. */
  readonly until: number;
}

/** What holds from a moment until another, ms; it may go on. */
interface Stand {
  readonly isOn: boolean;
  readonly until: number;
}

type Own = Pick<Schedule, 'shifts' | 'overrides'>;

/**
 * Who is on duty at a moment (ms), by shifts and overrides. A start that clocks show twice counts with its first time, an
 * end with its last: where one takes over from another, there is always one.
 * @param places areas to look at; null: the organisation as a whole
 */
export function dutyAt(
  { timeZone, shifts, overrides }: Schedule,
  at: number,
  places: readonly (string | null)[],
): ScheduledDuty[] {
  const clock = new WallClock(timeZone);
  const people = new Set([...shifts, ...overrides].map(({ userId }) => userId));
  return [...people].flatMap((userId) => {
    const isOwn = (each: { readonly userId: string }) => each.userId === userId;
    const own: Own = { shifts: shifts.filter(isOwn), overrides: overrides.filter(isOwn) };
    const named = new Set([...own.shifts, ...own.overrides].map(({ areaId }) => areaId));
    // Of areas that nothing names, the same is true.
    const ends = new Map<string | null, number | undefined>();
    return places.flatMap((areaId) => {
      const key = named.has(areaId) ? areaId : null;
      if (!ends.has(key)) ends.set(key, endOf(ownOf(own, key), clock, at));
      const until = ends.get(key);
      return until === undefined ? [] : [{ userId, areaId, until }];
    });
  });
}

/** What says something of a place. */
function ownOf({ shifts, overrides }: Own, place: string | null): Own {
  const covers = ({ areaId }: { readonly areaId: string | null }) => areaId === null || areaId === place;
  return { shifts: shifts.filter(covers), overrides: overrides.filter(covers) };
}

/** When the duty of this moment ends, through whatever follows at once; undefined: there is none. */
function endOf(own: Own, clock: WallClock, at: number): number | undefined {
  let stand = standAt(own, clock, at);
  if (!stand.isOn) return undefined;
  for (let looks = 0; looks < LOOK_AHEAD; looks += 1) {
    const next = standAt(own, clock, stand.until);
    if (!next.isOn) break;
    stand = next;
  }
  return stand.until;
}

function standAt({ shifts, overrides }: Own, clock: WallClock, at: number): Stand {
  const turns = overrides.flatMap(({ from, until }) => [from, until]).filter((turn) => turn > at);
  const override = overrides.findLast(({ from, until }) => from <= at && at < until);
  if (override) return { isOn: override.onDuty, until: Math.min(...turns) };
  const ends = shifts.flatMap((shift) => endsAround(shift, clock, at));
  return { isOn: ends.length > 0, until: Math.min(Math.max(...ends), ...turns) };
}

/** When a shift ends that goes on at this moment. */
function endsAround({ weekday, startMinute, endMinute }: Shift, clock: WallClock, at: number): number[] {
  return clock
    .daysAround(at)
    .filter((day) => day.weekday === weekday)
    .map((day) => clock.span(day, startMinute, endMinute))
    .filter(({ from, until }) => from <= at && at < until)
    .map(({ until }) => until);
}
