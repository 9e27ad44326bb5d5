import { closeConnection } from './engine.js';
import type { RealtimeSocket, ResyncReason } from './socket-events.js';

/** How many sockets of this process were told so, by the reason. */
export const resyncCounts: Record<ResyncReason, number> = {
  slow: 0,
  unavailable: 0,
  'cursor-expired': 0,
  'cursor-ahead': 0,
};

/** Tells a socket to connect anew and why, and closes its connection: nothing is ever dropped silently. */
export function resync(socket: RealtimeSocket, reason: ResyncReason): void {
  resyncCounts[reason] += 1;
  socket.emit('resync', { reason });
  closeConnection(socket);
}
