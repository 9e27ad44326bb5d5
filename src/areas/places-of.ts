import type { AlertLocation, Places } from '../alerts/alert.js';
import type { AreaIndex, PlacedArea } from './area-index.js';

const NOWHERE: Places = { areas: [], organisations: [] };

/** What placing needs of somebody who is signed in. */
export interface Resident {
  readonly homeAreas: readonly string[];
}

/**
 * Where an alert belongs. With a point: to every area that it lies in; else to the nearest organisation within
 * `nearestKm`; else to the catch-all. Without one: to the reporter's home areas; else to the catch-all. Home areas are
 * also what is left when there is a point but no catch-all: somebody shall know of it. The point decides, however
 * inaccurate: a wider circle would call out the responders of every area around for each poor reading indoors.
 */
export function placesOf(
  index: AreaIndex,
  nearestKm: number,
  location: AlertLocation | null | undefined,
  person?: Resident,
): Places {
  const home = placesIn(index.known(person?.homeAreas ?? []));
  const rest = index.catchAll === undefined ? undefined : { areas: [], organisations: [index.catchAll] };
  if (!location || typeof location === 'string') return home ?? rest ?? NOWHERE;
  const inside = placesIn(index.containing(location));
  if (inside) return inside;
  const nearest = index.nearest(location, nearestKm);
  if (nearest) return { areas: [], organisations: [nearest.organisationId] };
  return rest ?? home ?? NOWHERE;
}

/** In order, so that the same places are always the same lists. */
function placesIn(areas: readonly PlacedArea[]): Places | undefined {
  if (areas.length === 0) return undefined;
  return {
    areas: [...new Set(areas.map(({ id }) => id))].sort(),
    organisations: [...new Set(areas.map(({ organisationId }) => organisationId))].sort(),
  };
}
