import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import type { FleetNode } from './fleet-node.js';
import type { DrillResult } from './fleet.js';

/** Long enough that retries, pauses between them and time limits of connections have their effect, ms. */
const ABSENCE_MS = 5000;

/** How long something is away, while the load goes on: it is the fault's own duration, so it is a timer. */
export const absence = (ms = ABSENCE_MS) => delay(ms);

/** What every drill comes to, whatever was broken. */
export function expectNothingLost({ lost, doubled, accepted, told }: DrillResult): void {
  expect({ lost, doubled, untold: accepted - (told ?? accepted) }).toEqual({ lost: 0, doubled: 0, untold: 0 });
}

/** Only these statuses came, and 201 did; `none` is a connection that failed. */
export function expectAnswers({ presses: { answers } }: DrillResult, others: readonly string[] = []): void {
  expect([...answers.keys()].filter((status) => !['201', ...others].includes(status))).toEqual([]);
  expect(answers.get('201')).toBeGreaterThan(0);
}

/** Waits until `/health` of this process says so. */
export async function untilHealth(node: FleetNode, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  let body: unknown;
  const isSo = async () => {
    ({ body } = await node.health());
    expect(body).toMatchObject(wanted);
    return true;
  };
  await eventually(isSo, { everyMs: 100, what: `health ${JSON.stringify(wanted)}` });
}
