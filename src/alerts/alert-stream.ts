import { randomUUID } from 'node:crypto';
import { pause } from '../pause.js';
import type { LogEntry } from './alert.js';
import { entryJson } from './alert-json.js';
import { keys } from '../redis/redis.keys.js';
import { BLOCKING_READER } from '../redis/redis.options.js';
import type { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { SEVERITIES } from './severity.js';
import { storedAlert } from './stored-alert.js';

/** Entries kept a severity, about: `MAXLEN ~` trims in whole nodes. */
const STREAM_LENGTH = 10_000;
/** Commits that a node may fall behind before it has to read the log. */
const COMMITS_LENGTH = 1000;
/** The entries of a commit are added within this time before it is told. */
const COMMIT_SPAN_MS = 500;
/** Shorter than the connection's socketTimeout, which is what notices a hung server. */
const BLOCK_MS = 1000;
const READ_COUNT = 500;
const RETRY_MS = 250;

/** What a node tells of a commit: who added which entries to the streams, and when by the clock of Redis (ms). */
interface Commit {
  readonly node: string;
  readonly seqs: readonly number[];
  readonly at: number;
}

/** As buffers: of most that is read a part is known already, and need not become a string. */
type StreamReply = [key: Buffer, entries: [id: Buffer, fields: Buffer[]][]][] | null;

/**
 * The emergency streams `panic:alerts:<severity>`, as realtime_user: at least once, never the record. Beside them each
 * commit is told in one short entry of `naboom:realtime:commits`: nodes wait for that, and read only what others added.
 */
export class AlertStream {
  readonly #node = randomUUID();

  constructor(private readonly redis: RoleConnections) {}

  /** True while the streams' connection is up. */
  get isUp(): boolean {
    return this.redis.commands.status === 'ready' && !this.redis.commands.lastFailure;
  }

  /** Adds entries to the stream of their severity. Rejects when not all are known to be added. */
  async add(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const pipeline = this.redis.commands.pipeline();
    for (const entry of entries) {
      const key = keys.alertStream(entry.alert.severity);
      const { seq, type, at, alertId } = entry;
      const fields = ['seq', seq, 'type', type, 'at', at, 'alertId', alertId, 'entry', entryJson(entry)];
      pipeline.xadd(key, 'MAXLEN', '~', STREAM_LENGTH, '*', ...fields);
    }
    const seqs = entries.map(({ seq }) => seq).join(',');
    const commit = ['MAXLEN', '~', COMMITS_LENGTH, '*', 'node', this.#node, 'seqs', seqs] as const;
    // Last: who hears of the commit finds all of it. One server takes them in order, the nodes of a Cluster do not.
    if (!this.redis.commands.isCluster) pipeline.xadd(keys.commits(), ...commit);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    if (this.redis.commands.isCluster) await this.redis.commands.xadd(keys.commits(), ...commit);
  }

  /**
   * Calls `onEntries` with what other nodes add from now on, until `signal` aborts. Survives outages; what it misses
   * meanwhile is in the log.
   * @param isKnown tells which entries need not be read any more
   */
  async follow(
    onEntries: (entries: LogEntry[]) => void,
    signal: AbortSignal,
    isKnown: (seq: number) => boolean,
  ): Promise<void> {
    const positions = new Map<string, string>();
    await this.#followCommits(async (commits, reader) => {
      const others = commits.filter(({ node }) => node !== this.#node);
      if (others.length === 0) return;
      const since = others[0]!.at - COMMIT_SPAN_MS;
      let entries: LogEntry[] | undefined;
      while ((entries = await readAdded(reader, positions, since, isKnown))) onEntries(entries);
    }, signal);
  }

  /**
   * Tells the `seq` of what any node adds from now on, until `signal` aborts.
   * @param onSeqs is waited for: what is added meanwhile comes with the next call
   */
  async followSeqs(onSeqs: (seqs: readonly number[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#followCommits(async (commits) => onSeqs(commits.flatMap(({ seqs }) => seqs)), signal);
  }

  async #followCommits(
    onCommits: (commits: readonly Commit[], reader: RoleClient) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const reader = this.redis.open('stream', BLOCKING_READER);
    signal.addEventListener('abort', () => reader.disconnect(), { once: true });
    let id: string | undefined;
    while (!signal.aborted) {
      try {
        // A concrete id, never `$`: that would skip what is added between two reads.
        id ??= (await reader.xrevrange(keys.commits(), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';
        const reply: StreamReply = await reader.xreadBuffer(
          ...(['COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', keys.commits(), id] as const),
        );
        const added = reply?.[0]?.[1] ?? [];
        if (added.length === 0) continue;
        id = added.at(-1)![0].toString();
        const commits = added.flatMap(([commitId, fields]) => readCommit(commitId, fields) ?? []);
        if (commits.length > 0) await onCommits(commits, reader);
      } catch {
        // The connection reports its failure itself; the tail goes on from the log.
        await pause(RETRY_MS, signal);
      }
    }
  }
}

/**
 * Reads what was added after the positions, or since the time given where that is later, and moves the positions.
 * Gives undefined when there is no more.
 */
async function readAdded(
  reader: RoleClient,
  positions: Map<string, string>,
  since: number,
  isKnown: (seq: number) => boolean,
): Promise<LogEntry[] | undefined> {
  const streams = SEVERITIES.map(keys.alertStream);
  const from = streams.map((key) => laterOf(positions.get(key) ?? '0-0', since));
  const reply = await readStreams(reader, streams, from);
  if (reply.length === 0) return undefined;
  const entries: LogEntry[] = [];
  for (const [key, added] of reply) {
    positions.set(key.toString(), added.at(-1)![0].toString());
    for (const [, fields] of added) {
      const entry = isKnown(Number(fieldOf(fields, 'seq'))) ? undefined : readEntry(fields);
      if (entry) entries.push(entry);
    }
  }
  return entries.sort((a, b) => a.seq - b.seq);
}

/** Reads what comes after `from` in each stream: of one server with one question, of a Cluster's nodes with one each. */
async function readStreams(
  reader: RoleClient,
  streams: readonly string[],
  from: readonly string[],
): Promise<NonNullable<StreamReply>> {
  const read = async (some: readonly string[], ids: readonly string[]): Promise<NonNullable<StreamReply>> =>
    (await reader.xreadBuffer('COUNT', READ_COUNT, 'STREAMS', ...some, ...ids)) ?? [];
  if (!reader.isCluster) return read(streams, from);
  return (await Promise.all(streams.map((stream, at) => read([stream], [from[at]!])))).flat();
}

/** A stream id, or the first one of a time (ms) where that is later. */
function laterOf(id: string, since: number): string {
  return Number.parseInt(id, 10) >= since ? id : `${since}-0`;
}

function fieldOf(fields: readonly Buffer[], name: string): string | undefined {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index]!.toString('latin1') === name) return fields[index + 1]?.toString();
  }
  return undefined;
}

/** What a node of ours told; anything else that somebody put there is passed over. */
function readCommit(id: Buffer, fields: readonly Buffer[]): Commit | undefined {
  const [node, seqs] = [fieldOf(fields, 'node'), fieldOf(fields, 'seqs')?.split(',').map(Number)];
  if (!node || !seqs?.every(Number.isSafeInteger)) return undefined;
  return { node, seqs, at: Number.parseInt(id.toString(), 10) };
}

/** An entry of ours; anything else that somebody put into the stream is passed over. */
function readEntry(fields: readonly Buffer[]): LogEntry | undefined {
  try {
    const entry = JSON.parse(fieldOf(fields, 'entry') ?? '') as Partial<LogEntry> | null;
    if (!Number.isSafeInteger(entry?.seq) || !entry?.alert || !entry.type) return undefined;
    return { ...(entry as LogEntry), alert: storedAlert(entry.alert) };
  } catch {
    return undefined;
  }
}
