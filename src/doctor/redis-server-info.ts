import { OLDEST_REDIS } from './supported-versions.js';

/** The fields of an INFO answer. */
export function readInfo(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && !line.startsWith('#') ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Why this server version cannot be used; none when it can. */
export function versionComplaints(info: Record<string, string>, where: string): string[] {
  const version = info.redis_version ?? 'unknown';
  if (Number.parseInt(version, 10) >= OLDEST_REDIS) return [];
  return [
    `Redis at ${where} is version ${version}, but ${OLDEST_REDIS}.0 or later is needed: upgrade it, or leave REDIS_URL empty so that "npm start" starts one`,
  ];
}

/** A policy that evicts can drop streams and jobs. */
export function evictionComplaints(info: Record<string, string>): string[] {
  const policy = info.maxmemory_policy;
  if (policy === 'noeviction') return [];
  return [
    `maxmemory-policy is ${policy ?? 'unknown'}: set it to noeviction, or Redis drops streams and jobs when it is full`,
  ];
}

/** Without an append-only file a restart of Redis forgets queued jobs and the recent streams. */
export function persistenceComplaints(info: Record<string, string>): string[] {
  const complaints: string[] = [];
  if (info.aof_enabled !== '1') complaints.push('appendonly is off: set "appendonly yes" and "appendfsync everysec"');
  if (info.aof_enabled === '1' && info.aof_last_write_status !== 'ok') {
    complaints.push('the last write of the append-only file failed: is the disk of Redis full?');
  }
  if (info.rdb_last_bgsave_status !== undefined && info.rdb_last_bgsave_status !== 'ok') {
    complaints.push('the last snapshot failed: is the disk of Redis full?');
  }
  return complaints;
}
