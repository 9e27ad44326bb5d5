import type { Alert, LogEntry, Places } from '../alerts/alert.js';
import { leftBy } from '../alerts/alert-places.js';
import type { Grants } from '../auth/policy.js';

/** Room of the operators. */
export const ALL_ROOM = 'all';
/** Room of an organisation's dispatchers and machines: its alerts in full. */
export const organisationRoom = (id: string): string => `org:${id}`;
/** Room of an organisation's responders, who see coarsely what is outside the areas of their duty. */
const coarseRoom = (id: string): string => `org:${id}:coarse`;
/** Room of the responders on duty in an area. */
const areaRoom = (id: string): string => `area:${id}`;
/** Room of whoever holds the receipt of an alert. */
export const alertRoom = (alertId: string): string => `alert:${alertId}`;
/** Room of somebody with an account, for the alerts that they have reported. */
const reporterRoom = (userId: string): string => `reporter:${userId}`;

/** The rooms that grants open. */
export function roomsOf({ all, full = [], responding = [], duties = [], reporterId, receiptOf }: Grants): string[] {
  return [
    ...(all ? [ALL_ROOM] : []),
    ...full.map(organisationRoom),
    ...responding.map(coarseRoom),
    ...duties.map(areaRoom),
    ...(reporterId === undefined ? [] : [reporterRoom(reporterId)]),
    ...(receiptOf === undefined ? [] : [alertRoom(receiptOf)]),
  ];
}

/** The rooms of whoever may get something of an entry: where the alert is, and where it has just left. */
export function roomsOfEntry(entry: LogEntry): string[] {
  const left = leftBy(entry);
  return [...roomsOfAlert(entry.alert), ...(left ? roomsOfPlaces(left) : [])];
}

/** The rooms of whoever may see something of an alert as it is. */
export function roomsOfAlert(alert: Alert): string[] {
  return [
    ALL_ROOM,
    ...roomsOfPlaces(alert),
    alertRoom(alert.id),
    ...(alert.reporterId === null ? [] : [reporterRoom(alert.reporterId)]),
  ];
}

function roomsOfPlaces({ areas, organisations }: Places): string[] {
  return [...organisations.flatMap((id) => [organisationRoom(id), coarseRoom(id)]), ...areas.map(areaRoom)];
}
