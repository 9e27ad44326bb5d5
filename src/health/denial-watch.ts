import type { Clock } from '../clock.js';

/** How long a refusal is told, ms: longer than probes of health are apart. */
const TOLD_FOR_MS = 60_000;

/** What a server has counted since its start. */
export interface DenialCounts {
  /** Commands and logins that it refused. */
  readonly denials: number;
  /** How often `npm run acl -- verify` said that it is about to be refused, or was. */
  readonly announcements: number;
  /** Whose counts these are: those of others cannot be compared. */
  readonly countedBy?: string;
}

/** Notices that a Redis server refuses what somebody asks of it: a grant is missing, or somebody tries what they may not. */
export class DenialWatch {
  #last: DenialCounts | undefined;
  #deniedAt = Number.NEGATIVE_INFINITY;
  #lately = 0;

  constructor(private readonly clock: Clock) {}

  /** Takes note of the counts of now. What was before the first look is not news. */
  observe(counts: DenialCounts): void {
    const before = this.#last;
    this.#last = counts;
    // Fewer than before: the server was restarted, or forgot its counts.
    if (!before || counts.denials <= before.denials || counts.countedBy !== before.countedBy) return;
    // Around each refusal that it provokes, a verification announces itself: one of both is in the same look.
    if (counts.announcements !== before.announcements) return;
    this.#lately = this.lately + counts.denials - before.denials;
    this.#deniedAt = this.clock.now().getTime();
  }

  /** How much was refused, from the last minute without any until now; 0 when the last minute was one. */
  get lately(): number {
    return Math.abs(this.clock.now().getTime() - this.#deniedAt) < TOLD_FOR_MS ? this.#lately : 0;
  }
}
