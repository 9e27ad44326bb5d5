import { ANNOUNCEMENT, PROBED_COMMAND } from '../redis/acl/provoked-refusals.js';
import {
  countIn,
  evictionProblem,
  persistenceProblems,
  readServerInfo,
  type ServerInfo,
} from '../redis/server-info.js';

/** The sections of INFO that the figures are read from. */
export const FIGURE_SECTIONS = [
  'server',
  'clients',
  'memory',
  'persistence',
  'keyspace',
  'errorstats',
  'commandstats',
] as const;

/** What the Redis server says of itself, as monitoring_user may see it. */
export interface ServerFigures {
  readonly connectedClients: number;
  /** Bytes. */
  readonly usedMemory: number;
  readonly usedMemoryHuman: string;
  /** Denied commands and logins since the server's start, without those that health probes cause on purpose. */
  readonly aclDenials: number;
  /** How often a verification of the ACL announced that it is about to be refused: see {@link ANNOUNCEMENT}. */
  readonly announcements: number;
  /** Whose counts these are: the run of a server, of a Cluster those that answered. After a failover it is another. */
  readonly countedBy: string;
  /** A setting that can lose streams or jobs. */
  readonly problem?: string;
  readonly warnings: readonly string[];
  keysOf(db: number): number;
}

/** Reads the figures from INFO with {@link FIGURE_SECTIONS}. */
export function readServerFigures(text: string): ServerFigures {
  const info = readServerInfo(text);
  const problem = evictionProblem(info);
  return {
    connectedClients: Number(info.get('connected_clients') ?? 0),
    usedMemory: Number(info.get('used_memory') ?? 0),
    usedMemoryHuman: info.get('used_memory_human') ?? 'unknown',
    aclDenials: countDenials(info),
    announcements: countIn(info, `cmdstat_${ANNOUNCEMENT.join('|').toLowerCase()}`, 'calls'),
    countedBy: info.get('run_id') ?? '',
    ...(problem ? { problem } : {}),
    warnings: persistenceProblems(info),
    keysOf: (db) => countIn(info, `db${db}`, 'keys'),
  };
}

/**
 * Every process' probes count as denials, and so would monitoring itself raise the alarm. The server counts refusals by
 * command as well, and nothing but a probe uses this one: subtracting it is exact, over all processes and restarts.
 */
function countDenials(info: ServerInfo): number {
  const denials = ['NOPERM', 'WRONGPASS', 'NOAUTH'].map((kind) => countIn(info, `errorstat_${kind}`, 'count'));
  const wanted = countIn(info, `cmdstat_${PROBED_COMMAND}`, 'rejected_calls');
  return Math.max(0, denials.reduce((sum, count) => sum + count, 0) - wanted);
}
