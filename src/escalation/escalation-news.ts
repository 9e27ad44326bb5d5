import type { AlertPublisher } from '../alerts/alert-publisher.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { LogFollower } from '../notifications/log-follower.js';
import type { EscalateResult } from './escalate.js';

interface Parts {
  readonly reader: Pick<AlertReader, 'after'>;
  readonly publisher: Pick<AlertPublisher, 'publish'>;
  readonly follower: Pick<LogFollower, 'look'>;
}

/**
 * Tells what a job process has added to the log: to the follower, so that the next people are called at once, and to
 * Redis, of which that process knows nothing. Best effort: the follower looks each second, and fills the streams.
 */
export async function tellEscalated({ seqs }: Pick<EscalateResult, 'seqs'>, parts: Parts): Promise<void> {
  if (seqs.length === 0) return;
  parts.follower.look();
  const from = Math.min(...seqs);
  const entries = await parts.reader.after(from - 1, Math.max(...seqs) - from + 1);
  parts.publisher.publish(entries.filter(({ seq }) => seqs.includes(seq)));
}
