import type { LogEntry } from './alert.js';

const known = new WeakMap<object, string>();

/** The JSON of a part of an entry. Such parts never change, and each goes to Postgres, to Redis and to the sockets. */
export function jsonOf(part: LogEntry['alert'] | LogEntry['details'] | LogEntry['actor']): string {
  let json = known.get(part);
  if (json === undefined) known.set(part, (json = JSON.stringify(part)));
  return json;
}

/** The JSON of an entry as the streams carry it. */
export function entryJson({ seq, type, at, alertId, actor, details, alert }: LogEntry): string {
  const head = `"seq":${seq},"type":"${type}","at":"${at}","alertId":"${alertId}"`;
  return `{${head},"actor":${jsonOf(actor)},"details":${jsonOf(details)},"alert":${jsonOf(alert)}}`;
}

/** The JSON of what responders get of an entry: that of `responderMessage`. */
export function responderMessageJson({ seq, type, at, alert, actor }: LogEntry): string {
  return `{"seq":${seq},"type":"${type}","at":"${at}","alert":${jsonOf(alert)},"actor":${jsonOf(actor)}}`;
}
