import type { LogEntry } from '../../src/alerts/alert.js';
import type { Severity } from '../../src/alerts/severity.js';

/** An entry of the log as far as streams look into it. */
export function loggedEntry(seq: number, severity: Severity = 'high'): LogEntry {
  return {
    seq,
    type: 'alert.raised',
    at: '',
    alertId: String(seq),
    actor: {},
    details: {},
    alert: { severity },
  } as unknown as LogEntry;
}
