import { isOpen, type Alert, type LogEntry } from '../alerts/alert.js';
import { leftBy } from '../alerts/alert-places.js';
import {
  coarseView,
  messageOf,
  reporterView,
  viewOf,
  type AlertMessage,
  type ReporterView,
  type ResponderView,
} from '../alerts/alert-views.js';
import { SEVERITIES, type Severity } from '../alerts/severity.js';
import { liveSightBy, type Sight } from '../auth/policy.js';
import type { Audience } from './audience.js';

/**
 * How an entry is told: by sight, or as `gone` to those who saw the alert before it and no longer do. Everybody who is
 * told it in the same way gets the same bytes.
 */
export type Telling = Sight | 'gone';

/** How an audience is told an entry; undefined when the entry is not for it. */
export function tellingOf(audience: Audience, entry: LogEntry): Telling | undefined {
  const { alert } = entry;
  const sight = sightOfAudience(audience, alert, [alert.severity]);
  return sight ?? (sightBefore(audience, entry) ? 'gone' : undefined);
}

/** An entry as it is told; undefined for what a reporter must not see since a cancellation under duress. */
export function messageAs(telling: Telling, entry: LogEntry): AlertMessage<ResponderView | ReporterView> | undefined {
  if (telling !== 'gone') return messageOf(entry, telling);
  const { seq, type, at, alert, actor } = entry;
  // Where it is now is for those who see it there.
  const view = { ...coarseView(alert), location: null };
  return { seq, type, at, alert: view, actor: { kind: actor.kind }, gone: true };
}

/** What an audience gets of an entry; undefined when the entry is not for it. */
export function messageFor(
  audience: Audience,
  entry: LogEntry,
): AlertMessage<ResponderView | ReporterView> | undefined {
  const telling = tellingOf(audience, entry);
  return telling && messageAs(telling, entry);
}

/** What an audience sees of an alert that is open, or that it holds the receipt of; undefined: nothing. */
export function viewFor(audience: Audience, alert: Alert): ResponderView | ReporterView | undefined {
  const sight = sightFor(audience, alert);
  return sight && viewOf(alert, sight);
}

/** How much of such an alert an audience sees: all that see as much get the same bytes. */
export function sightFor(audience: Audience, alert: Alert): Sight | undefined {
  const sight = sightOfAudience(audience, alert, [alert.severity]);
  if (!sight) return undefined;
  // An account follows its open alerts. One that was cancelled under duress is still open in the log, and a snapshot that
  // shows it would give that away. A receipt gets its alert in any state: there the view itself says `cancelled`.
  if (sight === 'own' && audience.grants.receiptOf !== alert.id && !isOpen(reporterView(alert))) return undefined;
  return sight;
}

/** @param possible severities of the alert, any of which may be the one */
function sightOfAudience(
  { grants, severities }: Audience,
  alert: Alert,
  possible: readonly Severity[],
): Sight | undefined {
  const sight = liveSightBy(grants, alert);
  const isAskedFor = !severities || possible.some((severity) => severities.includes(severity));
  return isAskedFor || sight === 'own' ? sight : undefined;
}

/**
 * What the audience may have seen before an entry of the alert that it no longer sees. Nobody knows
 * whether a repeat raised the severity, so the less urgent are told as well.
 */
function sightBefore(audience: Audience, entry: LogEntry): Sight | undefined {
  const { alert } = entry;
  const left = leftBy(entry);
  const possible = severitiesBefore(entry);
  if (!left && !possible) return undefined;
  const areas = [...alert.areas, ...(left?.areas ?? [])];
  const organisations = [...alert.organisations, ...(left?.organisations ?? [])];
  return sightOfAudience(audience, { ...alert, areas, organisations }, possible ?? [alert.severity]);
}

/** The severities that the alert may have had before an entry that may have raised it. */
function severitiesBefore({ type, alert }: LogEntry): readonly Severity[] | undefined {
  if (type !== 'alert.repeated' && type !== 'alert.duress') return undefined;
  return SEVERITIES.slice(0, SEVERITIES.indexOf(alert.severity) + 1);
}
