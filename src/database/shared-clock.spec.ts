import { Logger } from '../observability/nest-log.js';
import { TestClock } from '../../test/support/test-clock.js';
import { eventually } from '../../test/support/eventually.js';
import { SharedClock } from './shared-clock.js';

const HOUR_MS = 3_600_000;
const clocks: SharedClock[] = [];
beforeAll(() => Logger.overrideLogger(false));
afterEach(() => clocks.splice(0).forEach((clock) => clock.stop()));

/** A Postgres that says `offMs` later than it is. */
function database(offMs: () => number) {
  return { query: async () => ({ rows: [{ now: Date.now() + offMs() }] }) as never };
}

function clockOf(machine?: TestClock): SharedClock {
  const clock = new SharedClock(machine);
  clocks.push(clock);
  return clock;
}

const offOf = (clock: SharedClock) => clock.now().getTime() - Date.now();

it('is the clock of the machine until Postgres has said what time it is', () => {
  const machine = new TestClock();
  const clock = clockOf(machine);
  expect(Math.abs(clock.now().getTime() - machine.now().getTime())).toBeLessThan(1000);
});

it.each([HOUR_MS, -HOUR_MS, 0])('goes by the clock of a Postgres that is %i ms off', async (offMs) => {
  const clock = clockOf();
  await clock.follow(database(() => offMs));
  expect(Math.abs(offOf(clock) - offMs)).toBeLessThan(100);
});

it('does not follow the clock of the machine when that is set', async () => {
  const machine = new TestClock();
  const clock = clockOf(machine);
  await clock.follow(database(() => 0));
  machine.advance(HOUR_MS);
  expect(Math.abs(offOf(clock))).toBeLessThan(100);
});

it('starts by the machine within a second when Postgres does not answer, and goes by it when it does', async () => {
  let answer: (rows: never) => void = () => undefined;
  const answered = new Promise<never>((resolve) => (answer = resolve));
  const clock = clockOf();
  const begin = performance.now();
  await clock.follow({ query: () => answered });
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(Math.abs(offOf(clock))).toBeLessThan(100);
  // Asked a second ago: an answer of now may be up to that wrong, an hour is not within it.
  answer({ rows: [{ now: Date.now() + HOUR_MS }] } as never);
  await eventually(() => Math.abs(offOf(clock) - HOUR_MS) < 2000);
});

it('goes on while Postgres is away', async () => {
  const clock = clockOf();
  await clock.follow({ query: () => Promise.reject(new Error('away')) });
  expect(Math.abs(offOf(clock))).toBeLessThan(100);
});
