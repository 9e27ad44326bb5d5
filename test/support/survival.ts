import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServers } from './test-servers.js';

/** What became of what was accepted during a drill; a line of the table that `npm run test:chaos` ends with. */
export interface Survival {
  readonly drill: string;
  /** Alerts that were answered by 2xx. */
  readonly accepted: number;
  /** Of those, what every watcher got. */
  readonly delivered: number;
  /** Of those, what the record or a watcher does not have, or what a receiver of events was never told of. */
  readonly lost: number;
  /** Presses that became two alerts, and events that a watcher got twice or out of order. */
  readonly doubled: number;
  /** From the fault to the first alert pressed after it that every watcher had, ms. */
  readonly recovery?: number;
  /** Of the accepted, what the receiver of webhooks was told of, at least once; absent where there is none. */
  readonly told?: number;
  /** Which documented limit shows where `lost` or `doubled` is not 0; or what else is worth a word. */
  readonly note?: string;
}

/** Adds a line to the table. */
export function tellSurvival(row: Survival): void {
  appendFileSync(join(testServers().folder, 'survival.jsonl'), `${JSON.stringify(row)}\n`);
}

/** The line of a drill that cannot be made here, and why: it must not look as if it had passed. */
export function tellSkipped(drill: string, why: string): void {
  tellSurvival({ drill, accepted: 0, delivered: 0, lost: 0, doubled: 0, note: `skipped: ${why}` });
}
