import { closeConnection } from './engine.js';
import type { RealtimeSocket, ResyncReason } from './socket-events.js';

/** Tells a socket to connect anew and why, and closes its connection: nothing is ever dropped silently. */
export function resync(socket: RealtimeSocket, reason: ResyncReason): void {
  for (const room of socket.rooms) void socket.leave(room);
  socket.emit('resync', { reason });
  closeConnection(socket);
}
