import type { RoleRedis } from './role-redis.js';
import { readServerInfo } from './server-info.js';

const LOOK_EVERY_MS = 3000;

/**
 * Keeps a connection with the master of its slot on a Cluster. A replica refuses commands on keys, by which a connection
 * learns that its server is one now; channels it serves as well. So who publishes and subscribes would stay with a master
 * that gave its place away (a planned failover cuts nobody off), and those who ask at the new one how many hear would not
 * count them.
 */
export function followMaster(connection: RoleRedis, everyMs = LOOK_EVERY_MS): void {
  const timer = setInterval(() => void leaveReplica(connection), everyMs);
  timer.unref();
  connection.once('end', () => clearInterval(timer));
}

async function leaveReplica(connection: RoleRedis): Promise<void> {
  if (connection.status !== 'ready') return;
  try {
    const info = readServerInfo(await connection.info('replication'));
    if (info.get('role') === 'slave' && connection.status === 'ready') connection.disconnect(true);
  } catch {
    // A server that does not answer is left for its silence.
  }
}
