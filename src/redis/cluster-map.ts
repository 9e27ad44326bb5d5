import type { RedisHost } from '../config/redis-place.js';
import { CLUSTER_SLOTS } from './cluster-slot.js';

/** A range of slots, and who serves it. */
interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: RedisHost;
  readonly replicas: readonly RedisHost[];
}

/** Who serves which slot of a Cluster, as one of its nodes sees it. */
export interface ClusterMap {
  readonly masters: readonly RedisHost[];
  readonly replicas: readonly RedisHost[];
  /** Slots that no master serves. */
  readonly unserved: number;
  /** The master of a slot; undefined where nobody serves it. */
  ownerOf(slot: number): RedisHost | undefined;
}

/**
 * Reads the answer to CLUSTER SLOTS: ranges of `[from, to, [host, port, id, …] of the master, then of each replica]`.
 * @param asked who answered: a node that does not know its own address names none
 */
export function readClusterMap(answer: unknown, asked?: RedisHost): ClusterMap {
  const ranges = (answer as [number, number, ...unknown[]][]).flatMap(([from, to, ...nodes]): SlotRange[] => {
    const [master, ...replicas] = nodes.flatMap((node) => readHost(node, asked));
    return master ? [{ from, to, master, replicas }] : [];
  });
  const served = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return {
    masters: unique(ranges.map(({ master }) => master)),
    replicas: unique(ranges.flatMap(({ replicas }) => replicas)),
    unserved: CLUSTER_SLOTS - served,
    ownerOf: (slot) => ranges.find(({ from, to }) => from <= slot && slot <= to)?.master,
  };
}

/**
 * Reads the answer to CLUSTER NODES, which knows those too that are down or serve nothing: a line a node, such as
 * `<id> 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460`.
 * @param asked who answered: a node that does not know its own address names none
 */
export function readClusterNodes(answer: string, asked: RedisHost): RedisHost[] {
  const known = answer.split('\n').flatMap((line) => {
    const [, address = '', flags = ''] = line.split(' ');
    const [, host, port] = /^(.*):(\d+)@\d+/.exec(address) ?? [];
    if (port === undefined || /noaddr|handshake/.test(flags)) return [];
    return [{ host: host ? host : asked.host, port: Number(port) }];
  });
  return unique(known);
}

function readHost(node: unknown, asked: RedisHost | undefined): RedisHost[] {
  const [host, port] = node as [string | null, number];
  // "?" is said of a node whose name is not known yet.
  if (host === '?') return [];
  const known = host ? host : asked?.host;
  return known ? [{ host: known, port }] : [];
}

function unique(hosts: readonly RedisHost[]): RedisHost[] {
  return [
    ...new Map(hosts.map((host) => [`${host.host} ${host.port}`, { host: host.host, port: host.port }])).values(),
  ];
}
