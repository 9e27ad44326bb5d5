import { grant, type Grant } from './grant.js';

const ANYBODY = [grant('cluster|slots', 'who serves which slot')];

const ALL_NODES = [
  ...ANYBODY,
  grant('cluster|info', 'ioredis asks a node whether it is whole before it uses it'),
  grant('readonly readwrite', 'ioredis says so to a replica it asks for the slots, and to one that became a master'),
];

/** Users whose keys fall into many slots: they have a connection to each node. */
const IN_MANY_SLOTS: ReadonlySet<string> = new Set(['app_user', 'realtime_user']);
const IN_ONE_SLOT: ReadonlySet<string> = new Set(['queue_user', 'websocket_user', 'monitoring_user']);

/** What a user of the policy needs on a Redis Cluster beside its grants; in exchange nobody selects a database there. */
export function clusterGrantsOf(user: string): readonly Grant[] {
  if (IN_MANY_SLOTS.has(user)) return ALL_NODES;
  return IN_ONE_SLOT.has(user) ? ANYBODY : [];
}
