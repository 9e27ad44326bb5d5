import { hash } from 'node:crypto';
import type { Severity } from '../alerts/severity.js';

/** As a hash tag it keeps all that belongs to it in one Cluster slot. */
const PENDING = 'emergency:pending';

/** Every Redis key of this system, and every pattern of one; no key is written elsewhere. */
export const keys = {
  /** app, db 0: cached value; the version in the prefix retires old shapes at once. */
  cache: (name: string) => `naboom:cache:1:${name}`,
  /** app, db 0: the alert as last published, for quick look-ups. */
  cachedAlert: (id: string) => `naboom:cache:1:emergency:alert:${id}`,
  /** app, db 0: health probe of the cache. */
  cacheHealth: (probe: string) => `naboom:cache:1:health:${probe}`,
  /** app, db 3: the copy of a session or of an API key, by the hash of the token. */
  session: (tokenHash: Buffer) => `naboom:sessions:${tokenHash.toString('hex')}`,
  /** app, db 0: what the counters of the rate limits begin with; the limiter appends `:<who>`. */
  limit: (name: string) => `naboom:limits:${name}`,
  /** app, db 0: an address that an account has signed in from; `account` is a hash. Expires. */
  knownAddress: (account: string, address: string) => `naboom:limits:known:${account}:${address}`,
  /** realtime, db 4: one stream of log entries a severity. */
  alertStream: (severity: Severity) => `panic:alerts:${severity}`,
  /** realtime, db 4: stream of what was added to those by whom, one short entry a commit. */
  commits: () => 'naboom:realtime:commits',
  /** realtime, db 4: stream of the presses that Redis took while Postgres was away; never trimmed. */
  pending: () => PENDING,
  /** realtime, db 4: the id that a press was promised, by a hash of what it is known by; expires. */
  promise: (name: string) => `emergency:promise:{${PENDING}}:${hash('sha256', name)}`,
  /** realtime, db 4: stream of what stood among those presses and could not be read or stored. */
  refusedPending: () => `emergency:refused:{${PENDING}}`,
  /** realtime, db 4: where a responder is now; expires. */
  position: (userId: string) => `emergency:position:${userId}`,
  /** realtime, db 4: health probe of the streams' user. */
  realtimeHealth: (probe: string) => `naboom:realtime:health:${probe}`,
  /** Written by nobody: monitoring_user proves with it that a write is refused. */
  refusedWrite: () => 'naboom:cache:1:health:monitoring-must-not-write',
  /** queue, db 2: BullMQ's own key prefix; the hash tag keeps its scripts in one Cluster slot. */
  queuePrefix: () => '{naboom:queue}',
  /** queue, db 2: health probe of the queue's user. */
  queueHealth: (probe: string) => `{naboom:queue}:health:${probe}`,
} as const;

/** Every Redis channel of this system. */
export const channels = {
  /** websocket: prefix of the Socket.IO adapter's sharded channels; the hash tag keeps them in one Cluster slot. */
  adapterPrefix: () => 'naboom:ws#{ws}',
  /** websocket: loop-back of the health probe, inside the adapter's prefix. */
  health: (probe: string) => `naboom:ws#{ws}#health#${probe}`,
  /** websocket: every log entry as JSON, for outside subscribers; at most once. */
  broadcast: () => 'emergency:broadcast',
} as const;
