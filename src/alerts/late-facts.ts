import type { Alert, AlertLocation, Contact, LateFacts, Places, Press } from './alert.js';
import { hasMessage, sameLocation } from './apply.js';

/** What may be told of an alert, and where its position belongs. */
export type Told = Pick<Press, 'location' | 'message' | 'contact' | 'places'>;

export interface Telling {
  /** By the reporter: news is what they have not told before, whatever others added. */
  readonly proven: boolean;
  /** Earlier places that are no news either. */
  readonly been?: readonly AlertLocation[];
  /** Whether the alert may be taken from where it was. */
  readonly mayLeave: boolean;
}

/** Of what was told, that which is news. */
export function newFacts(alert: Alert, told: Told, telling: Telling): LateFacts | undefined {
  const { location, message, contact } = told;
  const before = telling.proven ? alert.own : alert;
  const known = before.location === null ? (telling.been ?? []) : [...(telling.been ?? []), before.location];
  const isNewPlace = location !== undefined && !known.some((place) => sameLocation(place, location));
  const facts = {
    ...(isNewPlace ? { location, ...moveTo(alert, told, telling.mayLeave) } : {}),
    ...(message !== undefined && !hasMessage(before.message, message) ? { message } : {}),
    ...(contact !== undefined && isNewContact(alert.contact, contact, telling.proven) ? { contact } : {}),
  };
  return Object.keys(facts).length > 0 ? facts : undefined;
}

function isNewContact(before: Contact | null, contact: Contact, proven: boolean): boolean {
  const isNew = (field: keyof Contact) =>
    contact[field] !== undefined && (proven ? before?.[field] !== contact[field] : before?.[field] === undefined);
  return isNew('name') || isNew('phone');
}

/**
 * What a position says of where the alert belongs; nothing where it stays. Words do not tell where, and where nobody
 * would answer it no alert goes. Somebody who only knows the reporter's number may call others in, and send nobody away.
 */
export function moveTo(
  alert: Alert,
  { location, places }: Told,
  mayLeave: boolean,
): Pick<LateFacts, 'places' | 'left'> {
  if (!places || typeof location === 'string' || places.organisations.length === 0) return {};
  const next = mayLeave ? places : together(alert, places);
  if (isSame(alert.areas, next.areas) && isSame(alert.organisations, next.organisations)) return {};
  const left = {
    areas: alert.areas.filter((id) => !next.areas.includes(id)),
    organisations: alert.organisations.filter((id) => !next.organisations.includes(id)),
  };
  return { places: next, left };
}

function together(a: Places, b: Places): Places {
  return {
    areas: [...new Set([...a.areas, ...b.areas])],
    organisations: [...new Set([...a.organisations, ...b.organisations])],
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}
