/** When somebody is not to be told of what is not critical: minutes of the day; `until` may be before `from`. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** When the quiet hours that hold at `now` end; undefined when none do. The same minute for both ends is no quiet hour. */
export function quietUntil({ fromMinute, untilMinute, timeZone }: QuietHours, now: Date): Date | undefined {
  const minute = minuteOfDay(now, timeZone);
  if (!isWithin(minute, fromMinute, untilMinute)) return undefined;
  const left = (untilMinute - minute + DAY_MINUTES) % DAY_MINUTES;
  const start = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  const end = new Date(start + left * MINUTE_MS);
  return onTheClock(end, untilMinute, timeZone);
}

function isWithin(minute: number, from: number, until: number): boolean {
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

/**
 * The clock may have been put forward or back in between: then `end` shows another time than it should. A time that the
 * clock left out is that time after it.
 */
function onTheClock(end: Date, wanted: number, timeZone: string): Date {
  const shown = minuteOfDay(end, timeZone);
  const off = ((shown - wanted + DAY_MINUTES * 1.5) % DAY_MINUTES) - DAY_MINUTES / 2;
  if (off === 0) return end;
  const corrected = new Date(end.getTime() - off * MINUTE_MS);
  return minuteOfDay(corrected, timeZone) === wanted ? corrected : end;
}

function minuteOfDay(at: Date, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const number = (type: 'hour' | 'minute') => Number(parts.find((part) => part.type === type)?.value);
  return number('hour') * 60 + number('minute');
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one costs a hundred times what its use does. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formats.set(timeZone, format);
  return format;
}
