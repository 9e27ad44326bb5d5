import { Logger } from '@nestjs/common';
import { eventually } from '../../test/support/eventually.js';
import { databaseUnavailable } from '../database/database.js';
import type { RoleClient } from '../redis/role-client.js';
import type { RaiseCommand } from './decide.js';
import { Intake, type IntakeParts } from './intake.js';
import type { PendingPress } from './pending-press.js';
import { ProvisionalAlerts } from './provisional-alerts.js';

const ID = '01a20000-0000-7000-8000-000000000001';
const PRESS: RaiseCommand = {
  type: 'raise',
  newId: ID,
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'reporter' },
  press: { test: false, verified: true },
};
const TAKEN: PendingPress = { id: '1-0', command: { ...PRESS, promised: { id: ID, first: true } } };
const never = () => new Promise<never>(() => undefined);

let intake: Intake;
let withdrawn: AbortSignal | undefined;

/** An intake whose log hangs, and whatever else is given. */
function intakeWith(parts: { log?: Partial<IntakeParts['log']>; take?: IntakeParts['stream']['take'] }): Intake {
  intake = new Intake({
    log: {
      append: (_command, signal) => {
        withdrawn = signal;
        return never();
      },
      turn: () => Promise.resolve(),
      probe: () => Promise.reject(new Error('away')),
      ...parts.log,
    },
    stream: { take: parts.take ?? never },
    tail: { reached: () => Promise.resolve(true) },
    alerts: new ProvisionalAlerts(),
    connection: { lastFailure: undefined } as unknown as RoleClient,
  });
  return intake;
}

/** What became of a press, and when it was told, ms. */
async function timed(press: Promise<unknown>): Promise<{ told: unknown; ms: number }> {
  const from = Date.now();
  let outcome: { told: unknown; ms: number } | undefined;
  const settle = (told: unknown) => (outcome = { told, ms: Date.now() - from });
  void press.then(settle, settle);
  for (let ms = 0; ms < 60_000 && !outcome; ms += 100) await jest.advanceTimersByTimeAsync(100);
  if (!outcome) throw new Error('not told within a minute');
  return outcome;
}

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
});
afterEach(async () => {
  jest.useRealTimers();
  await intake.stop();
});

it('answers in time when log and Redis hang', async () => {
  const { told, ms } = await timed(intakeWith({}).take(PRESS));
  expect(told).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(ms).toBeLessThanOrEqual(4500);
  const later = await timed(intake.take(PRESS));
  expect(later.ms).toBeLessThanOrEqual(4500);
});

it('takes a press back from the log that Redis has taken, and leaves it where Redis has not', async () => {
  const { told } = await timed(intakeWith({ take: () => Promise.resolve(TAKEN) }).take(PRESS));
  expect(told).toMatchObject({ stored: 'redis', outcome: { alert: { id: ID } } });
  expect(withdrawn?.aborted).toBe(true);
  await intake.stop();
  const refused = () => Promise.reject(databaseUnavailable(new Error('no Redis')));
  await timed(intakeWith({ take: refused }).take(PRESS));
  expect(withdrawn?.aborted).toBe(false);
});

it('goes on with Redis while a commit hangs, though the log answers a probe', async () => {
  let end: (() => void) | undefined;
  const turn = () => new Promise<void>((resolve) => (end = resolve));
  const log = { turn, probe: () => Promise.resolve() };
  await timed(intakeWith({ log, take: () => Promise.resolve(TAKEN) }).take(PRESS));
  jest.useRealTimers();
  const endCommit = await eventually(() => end);
  expect(intake.isLogAway).toBe(true);
  endCommit();
  await eventually(() => !intake.isLogAway);
});
