import { closeConnection } from './engine.js';
import type { RealtimeSocket, ResyncReason } from './socket-events.js';

/** Tells a socket to connect anew and why, and closes its connection: nothing is ever dropped silently. */
export function resync(socket: RealtimeSocket, reason: ResyncReason): void {
  socket.emit('resync', { reason });
  closeConnection(socket);
}
