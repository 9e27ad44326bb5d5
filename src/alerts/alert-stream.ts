import { pause } from '../pause.js';
import type { LogEntry } from './alert.js';
import { entryJson } from './alert-json.js';
import { keys } from '../redis/redis.keys.js';
import { BLOCKING_READER } from '../redis/redis.options.js';
import type { RoleConnections } from '../redis/role-connections.js';
import type { RoleRedis } from '../redis/role-redis.js';
import { SEVERITIES } from './severity.js';

/** Entries kept a severity, about: `MAXLEN ~` trims in whole nodes. */
const STREAM_LENGTH = 10_000;
/** Shorter than the connection's socketTimeout, which is what notices a hung server. */
const BLOCK_MS = 1000;
const READ_COUNT = 500;
const RETRY_MS = 250;

/** As buffers: most of what is read is known already, and of that only `seq` becomes a string. */
type StreamReply = [key: Buffer, entries: [id: Buffer, fields: Buffer[]][]][] | null;

/** The emergency streams `panic:alerts:<severity>`, as realtime_user: at least once, never the record. */
export class AlertStream {
  constructor(private readonly redis: RoleConnections) {}

  /** True while the streams' connection is up. */
  get isUp(): boolean {
    return this.redis.commands.status === 'ready' && !this.redis.commands.lastFailure;
  }

  /** Adds entries to the stream of their severity. Rejects when not all are known to be added. */
  async add(entries: readonly LogEntry[]): Promise<void> {
    const pipeline = this.redis.commands.pipeline();
    for (const entry of entries) {
      const key = keys.alertStream(entry.alert.severity);
      const { seq, type, at, alertId } = entry;
      const fields = ['seq', seq, 'type', type, 'at', at, 'alertId', alertId, 'entry', entryJson(entry)];
      pipeline.xadd(key, 'MAXLEN', '~', STREAM_LENGTH, '*', ...fields);
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  /**
   * Calls `onEntries` with what is added from now on, until `signal` aborts. Survives outages; what it misses
   * meanwhile is in the log.
   * @param onEntries is waited for: what is added meanwhile comes with the next call
   * @param isKnown tells which entries need not be read any more, as those of the own commits
   */
  async follow(
    onEntries: (entries: LogEntry[]) => void | Promise<void>,
    signal: AbortSignal,
    isKnown: (seq: number) => boolean = () => false,
  ): Promise<void> {
    if (signal.aborted) return;
    const reader = this.redis.open('stream', BLOCKING_READER);
    signal.addEventListener('abort', () => reader.disconnect(), { once: true });
    let ids: string[] | undefined;
    while (!signal.aborted) {
      try {
        // A concrete id, never `$`: that would skip what is added between two reads.
        ids ??= await Promise.all(SEVERITIES.map((severity) => lastId(reader, keys.alertStream(severity))));
        await onEntries(await this.#read(reader, ids, isKnown));
      } catch {
        // The connection reports its failure itself; the tail goes on from the log.
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** As {@link follow}, for whom the `seq` of what is added is enough: the entries themselves are not parsed. */
  async followSeqs(onSeqs: (seqs: readonly number[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    let seqs: number[] = [];
    const note = (seq: number) => {
      if (Number.isSafeInteger(seq)) seqs.push(seq);
      return true;
    };
    const handOver = async () => {
      const added = seqs;
      seqs = [];
      if (added.length > 0) await onSeqs(added);
    };
    await this.follow(handOver, signal, note);
  }

  async #read(reader: RoleRedis, ids: string[], isKnown: (seq: number) => boolean): Promise<LogEntry[]> {
    const streams = SEVERITIES.map(keys.alertStream);
    const reply = (await reader.xreadBuffer(
      'COUNT',
      READ_COUNT,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      ...streams,
      ...ids,
    )) as StreamReply;
    const entries: LogEntry[] = [];
    for (const [key, added] of reply ?? []) {
      ids[streams.indexOf(key.toString())] = added.at(-1)![0].toString();
      for (const [, fields] of added) {
        const entry = isKnown(Number(fieldOf(fields, 'seq'))) ? undefined : readEntry(fields);
        if (entry) entries.push(entry);
      }
    }
    return entries.sort((a, b) => a.seq - b.seq);
  }
}

async function lastId(reader: RoleRedis, key: string): Promise<string> {
  const [last] = await reader.xrevrange(key, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

function fieldOf(fields: readonly Buffer[], name: string): string | undefined {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index]!.toString('latin1') === name) return fields[index + 1]?.toString();
  }
  return undefined;
}

/** An entry of ours; anything else that somebody put into the stream is passed over. */
function readEntry(fields: readonly Buffer[]): LogEntry | undefined {
  try {
    const entry = JSON.parse(fieldOf(fields, 'entry') ?? '') as Partial<LogEntry> | null;
    return Number.isSafeInteger(entry?.seq) && entry?.alert && entry.type ? (entry as LogEntry) : undefined;
  } catch {
    return undefined;
  }
}
