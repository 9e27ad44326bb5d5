import { WallClock } from '../wall-clock.js';

/** When somebody is not to be told of what is not critical: minutes of the day; `until` may be before `from`. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

/**
 * When the quiet hours that hold at `now` end; undefined when none do. The same minute for both ends is no quiet hour. An
 * end that clocks leave out is the moment at which they are changed.
 */
export function quietUntil({ fromMinute, untilMinute, timeZone }: QuietHours, now: Date): Date | undefined {
  if (fromMinute === untilMinute) return undefined;
  const clock = new WallClock(timeZone);
  const at = now.getTime();
  const held = clock
    .daysAround(at)
    .map((day) => clock.span(day, fromMinute, untilMinute))
    .find(({ from, until }) => from <= at && at < until);
  return held && new Date(held.until);
}
