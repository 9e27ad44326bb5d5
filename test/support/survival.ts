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
  /** Of those, what the record or a watcher does not have. */
  readonly lost: number;
  /** Presses that became two alerts, and events that a watcher got twice or out of order. */
  readonly doubled: number;
  /** From the fault to the first alert pressed after it that every watcher had, ms. */
  readonly recovery?: number;
  /** Which documented limit shows where `lost` or `doubled` is not 0; or what else is worth a word. */
  readonly note?: string;
}

/** Adds a line to the table. */
export function tellSurvival(row: Survival): void {
  appendFileSync(join(testServers().folder, 'survival.jsonl'), `${JSON.stringify(row)}\n`);
}
