const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** A day as the clock on the wall has it. */
export interface WallDay {
  /** Midnight as ms of UTC, as if the wall showed UTC. */
  readonly midnightMs: number;
  /** ISO: Monday is 1. */
  readonly weekday: number;
}

/** From one moment until another, ms. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * What the clocks of a time zone show, and when they show it. All times are ms: of UTC, or of the wall (as if it showed
 * UTC). Where clocks are changed, some times come twice and some not at all.
 */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @param timeZone IANA name. @throws RangeError for one that there is not */
  constructor(timeZone: string) {
    this.#format = formatOf(timeZone);
  }

  /** The day that the wall shows, and those around it. */
  daysAround(ms: number): WallDay[] {
    const midnight = Math.floor((ms + this.#offsetAt(ms)) / DAY_MS) * DAY_MS;
    return [midnight - DAY_MS, midnight, midnight + DAY_MS].map((midnightMs) => ({
      midnightMs,
      weekday: new Date(midnightMs).getUTCDay() || 7,
    }));
  }

  /**
   * From one minute of a day until another; one that does not end after its start ends on the next day. A start that
   * clocks show twice counts with its first time, an end with its last.
   */
  span({ midnightMs }: WallDay, fromMinute: number, untilMinute: number): Span {
    const length = untilMinute > fromMinute ? 0 : DAY_MINUTES;
    return {
      from: this.first(midnightMs + fromMinute * MINUTE_MS),
      until: this.last(midnightMs + (untilMinute + length) * MINUTE_MS),
    };
  }

  /** When the wall shows this for the first time; when clocks leave it out: when they are changed. */
  first(wallMs: number): number {
    return this.#moments(wallMs)[0]!;
  }

  /** When the wall shows this for the last time; when clocks leave it out: when they are changed. */
  last(wallMs: number): number {
    return this.#moments(wallMs).at(-1)!;
  }

  /** In order; no zone changes its clocks twice within three days. */
  #moments(wallMs: number): number[] {
    // By the day, so that many times of one day are asked of Intl once: it takes 10 us.
    const midnight = Math.floor(wallMs / DAY_MS) * DAY_MS;
    const [before, after] = [this.#offsetAt(midnight - DAY_MS), this.#offsetAt(midnight + 2 * DAY_MS)];
    if (before === after) return [wallMs - before];
    const moments = [before, after]
      .filter((offset) => this.#offsetAt(wallMs - offset) === offset)
      .map((offset) => wallMs - offset);
    return moments.length > 0 ? moments : [this.#changeBetween(wallMs - after, wallMs - before)];
  }

  #changeBetween(from: number, until: number): number {
    const before = this.#offsetAt(from);
    let [low, high] = [from, until];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  /** How far the wall is ahead of UTC. */
  #offsetAt(ms: number): number {
    const known = this.#offsets.get(ms);
    if (known !== undefined) return known;
    const parts = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day, hour, minute, second] = FIELDS.map((field) => parts.get(field)!);
    const offset = Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
    this.#offsets.set(ms, offset);
    return offset;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one costs a hundred times what its use does. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const fields = Object.fromEntries(FIELDS.map((field) => [field, 'numeric']));
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', { ...fields, timeZone, hourCycle: 'h23' });
  formats.set(timeZone, format);
  return format;
}
