import type { Server, Socket } from 'socket.io';
import type { AlertMessage, ReporterView, ResponderView } from '../alerts/alert-views.js';
import type { RaiseAnswer } from '../alerts/alerts.service.js';
import type { Caller } from '../auth/caller.js';
import type { Problem } from '../errors/problem.js';
import type { Audience } from './audience.js';

/**
 * The alerts of the socket's rooms as of `seq`, oldest first: the open ones; for a reporter their own as it is.
 * More than half a megabyte comes in parts: `part` 1 begins anew, each later one adds, and only the last has a `seq` but 0.
 */
export interface SnapshotMessage<V = ResponderView | ReporterView> {
  readonly seq: number;
  readonly alerts: readonly V[];
  readonly part?: number;
  readonly parts?: number;
  /** Names what these are the alerts of; with another one a cursor is not good any more. */
  readonly audience: string;
}

/**
 * Why a socket has to connect anew.
 * - `slow`: too much was unsent; what was is dropped. The cursor stays good.
 * - `unavailable`: what it asked for cannot be read now. The cursor stays good.
 * - `cursor-expired`: retention has deleted what came after the cursor; connect without one.
 * - `cursor-ahead`: the log does not reach as far as the cursor; connect without one.
 */
export type ResyncReason = 'slow' | 'unavailable' | 'cursor-expired' | 'cursor-ahead';

/** Who is connected, over all nodes that talk to each other. */
export interface PresenceCounts {
  readonly responders: number;
  readonly reporters: number;
  readonly nodes: number;
}

/** Everything that the server sends. */
export interface ServerToClientEvents {
  snapshot: (message: SnapshotMessage) => void;
  alert: (message: AlertMessage<ResponderView | ReporterView>) => void;
  resync: (message: { readonly reason: ResyncReason }) => void;
  presence: (counts: PresenceCounts) => void;
}

type Answer<T> = (answer: T | Problem) => void;

/** Everything that a client may send; each is answered through the callback, by a problem when it fails. */
export interface ClientToServerEvents {
  'alert:raise': (press: Record<string, unknown> & { idempotencyKey?: string }, answer?: Answer<RaiseAnswer>) => void;
  'alert:acknowledge': (step: { id: string; note?: string }, answer?: Answer<ResponderView>) => void;
  'alert:resolve': (step: { id: string; reason?: string }, answer?: Answer<ResponderView>) => void;
  'alert:cancel': (step: { id: string; reason?: string }, answer?: Answer<ResponderView>) => void;
}

/** What a node tells the others about itself. */
export interface NodePresence {
  readonly node: string;
  readonly responders: number;
  readonly reporters: number;
}

/** Everything that nodes tell each other through the adapter. */
export interface InterServerEvents {
  'presence:node': (presence: NodePresence) => void;
  'presence:left': (presence: { readonly node: string }) => void;
  /** Something changed among people and areas: it can be read now. */
  'directory:changed': () => void;
}
export const INTER_SERVER_EVENTS: ReadonlySet<keyof InterServerEvents> = new Set([
  'presence:node',
  'presence:left',
  'directory:changed',
]);

/** Who a socket is and what it gets. It travels between nodes as JSON: plain, small and without secrets. */
export interface SocketIdentity {
  readonly caller: Caller;
  readonly audience: Audience;
  /** `seq` of the last event that the client has; absent: it wants a snapshot. */
  readonly cursor?: number;
}

export type RealtimeServer = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketIdentity>;
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketIdentity>;
