import fc from 'fast-check';
import { quietUntil, type QuietHours } from './quiet-hours.js';

const NIGHT = { fromMinute: 22 * 60, untilMinute: 6 * 60 };
const until = (hours: QuietHours, now: string) => quietUntil(hours, new Date(now))?.toISOString();

describe('quiet hours', () => {
  it('end at their end, on this day or the next', () => {
    const night = { ...NIGHT, timeZone: 'Africa/Johannesburg' };
    expect(until(night, '2026-01-10T19:59:59Z')).toBeUndefined();
    expect(until(night, '2026-01-10T20:00:00Z')).toBe('2026-01-11T04:00:00.000Z');
    expect(until(night, '2026-01-11T03:59:30Z')).toBe('2026-01-11T04:00:00.000Z');
    expect(until(night, '2026-01-11T04:00:00Z')).toBeUndefined();
    const noon = { fromMinute: 720, untilMinute: 780, timeZone: 'UTC' };
    expect(until(noon, '2026-01-11T12:30:00Z')).toBe('2026-01-11T13:00:00.000Z');
    expect(until({ ...noon, untilMinute: 720 }, '2026-01-11T12:00:00Z')).toBeUndefined();
  });

  it('end by the clock in the night in which it is put forward or back', () => {
    const berlin = { ...NIGHT, timeZone: 'Europe/Berlin' };
    expect(until(berlin, '2026-03-28T22:00:00Z')).toBe('2026-03-29T04:00:00.000Z'); // an hour less
    expect(until(berlin, '2026-10-24T21:00:00Z')).toBe('2026-10-25T05:00:00.000Z'); // an hour more
    // 02:30 does not happen in the night of 29 March: clocks go from 02:00 to 03:00.
    expect(until({ ...berlin, untilMinute: 150 }, '2026-03-28T23:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('always end within a day and an hour, at the minute that was asked for, in every zone', () => {
    const zones = [
      'UTC',
      'Africa/Johannesburg',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
    ];
    const minute = fc.integer({ min: 0, max: 1439 });
    const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(minute, minute, fc.constantFrom(...zones), at, (fromMinute, untilMinute, timeZone, now) => {
        const end = quietUntil({ fromMinute, untilMinute, timeZone }, now);
        if (!end) return;
        const waitMs = end.getTime() - now.getTime();
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(25 * 3_600_000);
        const shown = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(end).split(':');
        const shownMinute = Number(shown[0]) * 60 + Number(shown[1]);
        // A time that the clock leaves out is the end of what it leaves out.
        expect((shownMinute - untilMinute + 1440) % 1440).toBeLessThanOrEqual(60);
      }),
      { numRuns: 400 },
    );
  });
});
