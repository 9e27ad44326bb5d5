import { WallClock } from './wall-clock.js';

const iso = (ms: number) => new Date(ms).toISOString();

describe('the clock on the wall', () => {
  it.each([
    ['Africa/Johannesburg', '2026-03-29T02:30:00Z', '2026-03-29T00:30:00.000Z', '2026-03-29T00:30:00.000Z'],
    ['Europe/Berlin, left out', '2026-03-29T02:30:00Z', '2026-03-29T01:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin, twice', '2026-10-25T02:30:00Z', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'],
    ['Europe/Berlin', '2026-10-25T03:00:00Z', '2026-10-25T02:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ['America/New_York, left out', '2026-03-08T02:00:00Z', '2026-03-08T07:00:00.000Z', '2026-03-08T07:00:00.000Z'],
    ['America/New_York, twice', '2026-11-01T01:59:00Z', '2026-11-01T05:59:00.000Z', '2026-11-01T06:59:00.000Z'],
    [
      'Australia/Lord_Howe, half an hour',
      '2026-04-05T01:45:00Z',
      '2026-04-04T14:45:00.000Z',
      '2026-04-04T15:15:00.000Z',
    ],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z', '2026-05-31T18:15:00.000Z', '2026-05-31T18:15:00.000Z'],
  ])('of %s shows %s first at %s and last at %s', (zone, wall, first, last) => {
    const clock = new WallClock(zone.split(',')[0]!);
    expect([clock.first(Date.parse(wall)), clock.last(Date.parse(wall))].map(iso)).toEqual([first, last]);
  });
});
