import type { Server, Socket } from 'socket.io';
import type { z } from 'zod';
import type { AlertMessage, ProvisionalView, ReporterView, ResponderView } from '../alerts/alert-views.js';
import type { STEP_SCHEMAS, StepType } from '../alerts/alert-steps.js';
import type { RaiseAnswer, StepAnswer } from '../alerts/alerts.service.js';
import type { ReachCounts } from '../alerts/reach-reader.js';
import type { Caller } from '../auth/caller.js';
import type { Problem } from '../errors/problem.js';
import type { Position } from '../positions/positions.js';
import type { Audience } from './audience.js';
import type { ReceiptAnswer } from './receipts.js';

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

/** How widely to spread the return when this connection ends: after a random part of it, however it ended. */
export interface ReturnMessage {
  readonly withinMs: number;
}

/**
 * An alert that Redis has taken while Postgres is away; it is in no snapshot and has no `seq`. The `alert` of the same id
 * takes its place. With `became` it is no more: it is the alert of that id, or, at null, Redis has lost it.
 */
export interface ProvisionalMessage {
  /** When what it is was told, RFC 3339 UTC. */
  readonly at: string;
  readonly alert: ProvisionalView;
  readonly became?: string | null;
}

/** Who is connected, over all nodes that talk to each other. */
export interface PresenceCounts {
  readonly responders: number;
  readonly reporters: number;
  readonly nodes: number;
  /** People on duty who are connected, by area; only areas that the receiver answers for. One on two nodes counts twice. */
  readonly areas: Readonly<Record<string, number>>;
}

/** How many an alert has reached; each later stage implies the earlier ones. */
export interface ReachMessage {
  readonly id: string;
  readonly counts: ReachCounts;
}

/** Where a responder is now, and the organisations whose dispatchers are told. */
export interface PositionMessage extends Position {
  readonly organisations: readonly string[];
}

/** Everything that the server sends. */
export interface ServerToClientEvents {
  snapshot: (message: SnapshotMessage) => void;
  alert: (message: AlertMessage<ResponderView | ReporterView>) => void;
  provisional: (message: ProvisionalMessage) => void;
  resync: (message: { readonly reason: ResyncReason }) => void;
  presence: (counts: PresenceCounts) => void;
  return: (message: ReturnMessage) => void;
  reach: (message: ReachMessage) => void;
  position: (message: PositionMessage) => void;
}

type Answer<T> = (answer: T | Problem) => void;
type UpdateAnswer = StepAnswer & { readonly warnings: readonly string[] };
type StepEvent<T extends StepType> = (
  step: { id: string } & z.input<(typeof STEP_SCHEMAS)[T]>,
  answer?: Answer<StepAnswer>,
) => void;

/** Everything that a client may send; each is answered through the callback, by a problem when it fails. */
export interface ClientToServerEvents {
  'alert:raise': (press: Record<string, unknown> & { idempotencyKey?: string }, answer?: Answer<RaiseAnswer>) => void;
  'alert:update': (facts: Record<string, unknown> & { id: string }, answer?: Answer<UpdateAnswer>) => void;
  'alert:acknowledge': StepEvent<'acknowledge'>;
  'alert:respond': StepEvent<'respond'>;
  'alert:resolve': StepEvent<'resolve'>;
  'alert:reopen': StepEvent<'reopen'>;
  'alert:cancel': StepEvent<'cancel'>;
  /** The alert has come to this device; and somebody has looked at it. */
  'alert:received': (receipt: { id: string }, answer?: Answer<ReceiptAnswer>) => void;
  'alert:seen': (receipt: { id: string }, answer?: Answer<ReceiptAnswer>) => void;
  /** Where I am, in WGS 84 degrees and metres; at most once a second. */
  position: (place: { lat: number; lng: number; accuracyM?: number }, answer?: Answer<{ at: string }>) => void;
}

/** What a node tells the others about itself. */
export interface NodePresence {
  readonly node: string;
  readonly responders: number;
  readonly reporters: number;
  readonly areas: Readonly<Record<string, number>>;
}

/** Whom an alert reached, and who is told. */
export interface ReachNotice extends ReachMessage {
  readonly organisations: readonly string[];
  readonly reporterId: string | null;
  /** Absent when it is over for its reporter, who is told no more. */
  readonly reporterCounts?: ReachCounts;
}

/** Everything that nodes tell each other through the adapter. */
export interface InterServerEvents {
  'presence:node': (presence: NodePresence) => void;
  'presence:left': (presence: { readonly node: string }) => void;
  /** Something changed among people and areas: it can be read now. */
  'directory:changed': () => void;
  reach: (notice: ReachNotice) => void;
  position: (message: PositionMessage) => void;
}
export const INTER_SERVER_EVENTS: ReadonlySet<keyof InterServerEvents> = new Set([
  'presence:node',
  'presence:left',
  'directory:changed',
  'reach',
  'position',
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
