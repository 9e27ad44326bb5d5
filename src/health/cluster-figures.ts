import { once } from 'node:events';
import { hostName, type RedisHost } from '../config/redis-place.js';
import { readClusterMap } from '../redis/cluster-map.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { REQUEST_PATH } from '../redis/redis.options.js';
import type { RoleClient } from '../redis/role-client.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { within } from '../time-limit.js';
import type { ServerFigures } from './server-figures.js';

/** A node that is being connected may take so long; each counts once a second at most. */
const ANSWER_MS = 700;

type ReadFigures = (node: RoleClient) => Promise<ServerFigures>;

interface NodeFigures {
  readonly name: string;
  readonly figures?: ServerFigures;
  readonly failure?: string;
  readonly isMaster: boolean;
}

/** The figures of a whole Cluster, by a connection of monitoring_user to each of its nodes. */
export class ClusterFigures {
  readonly #nodes = new Map<string, RoleClient>();

  constructor(
    private readonly connections: RoleConnections,
    private readonly read: ReadFigures,
  ) {}

  /** Asks every node. A node that does not answer becomes a warning. @throws what keeps it from learning the nodes */
  async all(): Promise<ServerFigures> {
    const map = readClusterMap(await this.connections.commands.cluster('SLOTS'));
    const hosts = [...map.masters, ...map.replicas];
    this.#closeOthers(new Set(hosts.map(hostName)));
    const masters = new Set(map.masters.map(hostName));
    const found = await Promise.all(hosts.map((host) => this.#ask(host, masters.has(hostName(host)))));
    return sumOf(found, map.unserved);
  }

  async #ask(host: RedisHost, isMaster: boolean): Promise<NodeFigures> {
    const name = hostName(host);
    const node = this.#connect(host);
    try {
      const asked = node.status === 'ready' ? this.read(node) : whenReady(node).then(() => this.read(node));
      return { name, isMaster, figures: await within(ANSWER_MS, asked) };
    } catch (error) {
      return { name, isMaster, failure: (node.lastFailure ?? classifyRedisError(error)).message };
    }
  }

  #connect(host: RedisHost): RoleClient {
    const name = hostName(host);
    const known = this.#nodes.get(name);
    if (known) return known;
    const node = this.connections.openNode(host, 'node', REQUEST_PATH);
    this.#nodes.set(name, node);
    return node;
  }

  #closeOthers(names: ReadonlySet<string>): void {
    for (const [name, node] of this.#nodes) {
      if (names.has(name)) continue;
      node.disconnect();
      this.#nodes.delete(name);
    }
  }
}

/** Gives up in time: a node that stays away is asked each second, and must not be listened to by all who did. */
async function whenReady(node: RoleClient): Promise<void> {
  await once(node, 'ready', { signal: AbortSignal.timeout(ANSWER_MS) });
}

/** Sums what adds up, and names the node of what does not. Keys are counted where they are written, not once more. */
function sumOf(nodes: readonly NodeFigures[], unserved: number): ServerFigures {
  const answered = nodes.flatMap(({ figures, isMaster, name }) => (figures ? [{ figures, isMaster, name }] : []));
  const problem = answered.find(({ figures }) => figures.problem !== undefined);
  const sum = (count: (figures: ServerFigures) => number) =>
    answered.reduce((total, { figures }) => total + count(figures), 0);
  const masters = answered.filter(({ isMaster }) => isMaster);
  return {
    connectedClients: sum(({ connectedClients }) => connectedClients),
    ...memory(sum(({ usedMemory }) => usedMemory)),
    aclDenials: sum(({ aclDenials }) => aclDenials),
    announcements: sum(({ announcements }) => announcements),
    countedBy: answered
      .map(({ figures: { countedBy } }) => countedBy)
      .toSorted()
      .join(' '),
    ...(problem ? { problem: `${problem.name}: ${problem.figures.problem}` } : {}),
    warnings: [
      ...(unserved > 0 ? [`${unserved} slots of the Redis Cluster are served by nobody`] : []),
      ...nodes.flatMap(({ name, failure }) => (failure ? [`Redis Cluster node ${name}: ${failure}`] : [])),
      ...answered.flatMap(({ name, figures }) => figures.warnings.map((warning) => `${name}: ${warning}`)),
    ],
    keysOf: (db) => masters.reduce((total, { figures }) => total + figures.keysOf(db), 0),
  };
}

/** Written as Redis writes it. */
function memory(bytes: number): Pick<ServerFigures, 'usedMemory' | 'usedMemoryHuman'> {
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const human = power === 0 ? `${bytes}B` : `${(bytes / 1024 ** power).toFixed(2)}${'BKMG'[power]}`;
  return { usedMemory: bytes, usedMemoryHuman: human };
}
