import type { Alert, LogEntry, Places } from './alert.js';

const NOWHERE: Places = { areas: [], organisations: [] };

/** A row of `alert_places`. */
export interface AlertPlace {
  readonly placeId: string;
  readonly alertId: string;
}

/** What a batch changes of where alerts belong; no row is in both. */
export interface PlaceChanges {
  readonly entered: readonly AlertPlace[];
  readonly left: readonly AlertPlace[];
}

/** Where alerts belong after these entries. The account of its reporter is a place of an alert: they list it by that. */
export function placeChanges(entries: readonly LogEntry[]): PlaceChanges {
  const entered: AlertPlace[] = [];
  const left: AlertPlace[] = [];
  for (const [alert, moves] of movedAlerts(entries)) {
    const rowOf = (placeId: string) => ({ placeId, alertId: alert.id });
    const places = new Set([...idsOf(alert), ...(alert.reporterId === null ? [] : [alert.reporterId])]);
    const before = new Set(moves.flatMap(idsOf));
    entered.push(...Array.from(places, rowOf));
    left.push(...Array.from(before).flatMap((placeId) => (places.has(placeId) ? [] : [rowOf(placeId)])));
  }
  return { entered, left };
}

/** The alerts that came to be or moved, as they are after the last entry, and what they left on the way. */
function movedAlerts(entries: readonly LogEntry[]): Map<Alert, Places[]> {
  const latest = new Map(entries.map(({ alert }) => [alert.id, alert]));
  const moved = new Map<Alert, Places[]>();
  for (const entry of entries) {
    const left = entry.type === 'alert.raised' || hasCalledIn(entry) ? NOWHERE : leftBy(entry);
    if (!left) continue;
    const alert = latest.get(entry.alertId)!;
    moved.set(alert, [...(moved.get(alert) ?? []), left]);
  }
  return moved;
}

/** Whether an escalation brought the alert to further places. */
function hasCalledIn({ type, details }: LogEntry): boolean {
  return type === 'alert.escalated' && 'places' in details;
}

/** The places that an entry took its alert out of; undefined where it stays. */
export function leftBy({ details }: LogEntry): Places | undefined {
  return 'left' in details ? details.left : undefined;
}

function idsOf({ areas, organisations }: Places): string[] {
  return [...areas, ...organisations];
}
