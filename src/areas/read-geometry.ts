import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import { requireExtent } from './area-extent.js';
import { boxOf, type AreaGeometry, type Position, type Ring } from './geometry.js';

/** Positions of one area; a look-up goes through all of them. */
export const POSITIONS_MAX = 10_000;
/** Fields that one answer names: the first ones show what is wrong with the others. */
const ERRORS_MAX = 5;
const SOUTH_AFRICA = { code: '27', lng: [16, 33], lat: [-35, -22] } as const;
const LONGITUDE_FIRST = 'GeoJSON has the longitude first';

const position = z
  .tuple([
    z.number().min(-180).max(180),
    z.number().min(-90, `is no latitude: ${LONGITUDE_FIRST}`).max(90, `is no latitude: ${LONGITUDE_FIRST}`),
  ])
  .rest(z.unknown()) // heights
  .transform(([lng, lat]): Position => [lng, lat]);

const ring = z
  .array(position)
  .transform(closed)
  .pipe(z.array(z.custom<Position>()).min(4, 'has fewer than three corners'));
const polygon = z.array(ring).min(1);
const geometry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: polygon }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
]);

/** Many tools leave the last position out; it is the first one again. */
function closed(positions: Ring): Ring {
  const [first, last] = [positions[0], positions.at(-1)];
  if (!first || !last || (first[0] === last[0] && first[1] === last[1])) return positions;
  return [...positions, first];
}

/**
 * Reads a GeoJSON Polygon or MultiPolygon, also as the geometry of a Feature. Open rings are closed, heights dropped;
 * lines may cross (what is inside follows from the count of crossings).
 * @param countryCode where this deployment is at home: in South Africa swapped coordinates are told from right ones
 * @param maxKm how far the area may extend
 * @throws AppError GEOMETRY_INVALID
 */
export function readGeometry(value: unknown, countryCode: string, maxKm: number): AreaGeometry {
  const shape = isFeature(value) ? value.geometry : value;
  if (countPositions(shape) > POSITIONS_MAX) {
    throw new AppError('GEOMETRY_INVALID', `An area has at most ${POSITIONS_MAX} positions`);
  }
  const parsed = geometry.safeParse(shape);
  if (!parsed.success) {
    const errors = parsed.error.issues.slice(0, ERRORS_MAX);
    throw new AppError('GEOMETRY_INVALID', 'The geometry is not a valid Polygon or MultiPolygon', {
      errors: errors.map(({ path, message }) => ({ path: ['geometry', ...path].join('.'), message })),
    });
  }
  requireSense(parsed.data, countryCode);
  requireExtent(parsed.data, maxKm);
  return parsed.data;
}

function isFeature(value: unknown): value is { geometry: unknown } {
  return (value as { type?: unknown } | null)?.type === 'Feature';
}

/** Before anything looks at each of them. */
function countPositions(shape: unknown): number {
  const { type, coordinates } = (shape ?? {}) as { type?: unknown; coordinates?: unknown };
  return Array.isArray(coordinates) ? coordinates.flat(type === 'MultiPolygon' ? 2 : 1).length : 0;
}

function requireSense(area: AreaGeometry, countryCode: string): void {
  const { minLat, maxLat, minLng, maxLng } = boxOf(area);
  if (minLat === maxLat || minLng === maxLng) throw new AppError('GEOMETRY_INVALID', 'The area covers nothing');
  const { code, lat, lng } = SOUTH_AFRICA;
  const swapped = minLng >= lat[0] && maxLng <= lat[1] && minLat >= lng[0] && maxLat <= lng[1];
  if (swapped && countryCode === code) {
    throw new AppError(
      'GEOMETRY_INVALID',
      `The area lies in the Atlantic; swapped, in South Africa: ${LONGITUDE_FIRST}`,
    );
  }
}
