/** When somebody is not to be told of what is not critical. */
export interface QuietHours {
  /** Minutes of the day, in their time zone. */
  readonly fromMinute: number;
  /** Not after `fromMinute`: on the next day. */
  readonly untilMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** Whether it is quiet for somebody then. */
export function isQuietAt({ fromMinute, untilMinute, timeZone }: QuietHours, at: Date): boolean {
  const minute = minuteOfDay(at, timeZone);
  if (fromMinute < untilMinute) return minute >= fromMinute && minute < untilMinute;
  return minute >= fromMinute || minute < untilMinute;
}

function minuteOfDay(at: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour, minute] = format.format(at).split(':').map(Number);
  return hour! * 60 + minute!;
}
