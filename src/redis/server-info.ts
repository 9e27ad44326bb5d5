/** The fields of an answer of Redis' INFO, by name. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Reads the text of INFO: `name:value` lines under `#` headings. */
export function readServerInfo(text: string): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/**
 * A field of fields, such as `errorstat_NOPERM:count=3` or `db0:keys=5,expires=1`.
 * @returns 0 where the server has not counted yet
 */
export function countIn(info: ServerInfo, name: string, part: string): number {
  const match = new RegExp(`(?:^|,)${part}=(\\d+)`).exec(info.get(name) ?? '');
  return Number(match?.[1] ?? 0);
}

/** Sharded publish and subscribe, and the rules of the ACL policy, came with it. */
const OLDEST_MAJOR = 7;

/** What is wrong with the version of the server at `where`. */
export function versionProblem(info: ServerInfo, where: string): string | undefined {
  const version = info.get('redis_version') ?? 'unknown';
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined;
  return `Redis at ${where} is version ${version}, but ${OLDEST_MAJOR}.0 or later is needed: upgrade it, or leave REDIS_URL empty so that "npm start" starts one`;
}

/** What is wrong with the eviction policy: one that evicts keys without a TTL drops streams and jobs. */
export function evictionProblem(info: ServerInfo): string | undefined {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined || policy === 'noeviction' || policy.startsWith('volatile-')) return undefined;
  return `maxmemory-policy is ${policy}: set it to noeviction, or Redis drops streams and jobs when it is full`;
}

/**
 * Why the server would not have kept a write after it was killed. It does not tell how often it syncs the file to the disk
 * (`appendfsync`), and to read its configuration is not granted: that would tell its passwords as well.
 */
export function appendOnlyProblem(info: ServerInfo): string | undefined {
  if (info.get('aof_enabled') !== '1') return 'the Redis server keeps no append-only file: set "appendonly yes"';
  if (info.get('aof_last_write_status') !== 'ok') return 'the Redis server cannot write its append-only file';
  const tells = info.has('aof_current_size') && info.has('aof_buffer_length');
  return tells ? undefined : 'the Redis server does not tell what is in its append-only file';
}

/** Bytes of an append-only file. */
export interface AppendOnlySizes {
  readonly size: number;
  /** What it had when it was rewritten last: another one from then on. */
  readonly base: number;
  /** What waits to be written to it. */
  readonly buffered: number;
}

export function appendOnlySizes(info: ServerInfo): AppendOnlySizes {
  const bytes = (name: string) => Number(info.get(name) ?? -1);
  return { size: bytes('aof_current_size'), base: bytes('aof_base_size'), buffered: bytes('aof_buffer_length') };
}

/** What a power cut of the Redis server would cost; Postgres stays the record of every alert. */
export function persistenceProblems(info: ServerInfo): string[] {
  const problems: string[] = [];
  if (info.get('aof_enabled') === '0') {
    problems.push('appendonly is off: a restart of Redis forgets queued jobs; set "appendonly yes"');
  }
  if (info.get('aof_enabled') === '1' && info.get('aof_last_write_status') === 'err') {
    problems.push('the last write of the append-only file failed: is the disk of Redis full?');
  }
  if (info.get('rdb_last_bgsave_status') === 'err') {
    problems.push('the last snapshot failed: is the disk of Redis full?');
  }
  return problems;
}
