import type { AlertPublisher } from '../alerts/alert-publisher.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { LogFollower } from '../notifications/log-follower.js';
import type { EscalateResult } from './escalate.js';
import type { EscalationQueue } from './escalation-queue.js';

interface Parts {
  readonly queue: Pick<EscalationQueue, 'add'>;
  readonly reader: Pick<AlertReader, 'after'>;
  readonly publisher: Pick<AlertPublisher, 'publish'>;
  readonly follower: Pick<LogFollower, 'look'>;
}

/**
 * Acts on what a job process, which knows nothing of Redis, came to. Best effort: the sweeper finds what is to be looked
 * at again, the follower looks each second and fills the streams. Throws when Redis or Postgres is away.
 */
export async function tellEscalated(
  { seqs, waiting }: Pick<EscalateResult, 'seqs' | 'waiting'>,
  parts: Parts,
): Promise<void> {
  await Promise.all([tellAdded(seqs, parts), wakeFor(waiting, parts)]);
}

/** Job by job at its moment: the sweeper would be up to a second late. */
async function wakeFor(waiting: EscalateResult['waiting'], { queue }: Parts): Promise<void> {
  if (waiting.length > 0) await queue.add(waiting.map(({ at, ...run }) => ({ ...run, nextAt: new Date(at) })));
}

/** To the follower, so that the next people are called at once, and to Redis. */
async function tellAdded(seqs: EscalateResult['seqs'], parts: Parts): Promise<void> {
  if (seqs.length === 0) return;
  parts.follower.look();
  const from = Math.min(...seqs);
  const entries = await parts.reader.after(from - 1, Math.max(...seqs) - from + 1);
  parts.publisher.publish(entries.filter(({ seq }) => seqs.includes(seq)));
}
