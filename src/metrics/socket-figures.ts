import type { MetricSource, Samples } from '../observability/metrics.js';
import type { LiveSockets } from '../realtime/live-sockets.js';
import { resyncCounts } from '../realtime/resync.js';
import type { ResyncReason } from '../realtime/socket-events.js';

const KINDS = ['responder', 'machine', 'reporter'] as const;
const REASONS = Object.keys(resyncCounts) as ResyncReason[];

/** The sockets of this process. */
export function socketFigures(sockets: Pick<LiveSockets, 'count' | 'sent'>): MetricSource {
  return {
    name: 'sockets',
    read: (): Samples => ({
      naboom_sockets: KINDS.map((kind) => ({ labels: { kind }, value: sockets.count(kind) })),
      naboom_socket_events_sent_total: [{ value: sockets.sent }],
      naboom_socket_resyncs_total: REASONS.map((reason) => ({ labels: { reason }, value: resyncCounts[reason] })),
    }),
  };
}
