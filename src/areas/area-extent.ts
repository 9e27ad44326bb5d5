import { AppError } from '../errors/app-error.js';
import { boxOf, polygonsOf, type AreaGeometry } from './geometry.js';

const KM_PER_DEGREE = 111.32;
/** A line that crosses the 180th meridian looks like one around the rest of the world. */
const DEGREES_MAX = 180;

/**
 * @param maxKm what the box around the area may extend to, from north to south and from west to east
 * @throws AppError GEOMETRY_INVALID
 */
export function requireExtent(area: AreaGeometry, maxKm: number): void {
  for (const polygon of polygonsOf(area)) {
    const { minLng, maxLng } = boxOf({ type: 'Polygon', coordinates: polygon });
    if (maxLng - minLng <= DEGREES_MAX) continue;
    throw new AppError(
      'GEOMETRY_INVALID',
      `A polygon is wider than ${DEGREES_MAX} degrees: split it where it crosses the 180th meridian`,
    );
  }
  const km = extentKm(area);
  if (km <= maxKm) return;
  throw new AppError(
    'GEOMETRY_INVALID',
    `The area extends over ${Math.ceil(km)} km; dispatchers draw at most ${maxKm} km, operators more`,
  );
}

/** The larger one of height and width; a box is widest where it is nearest to the equator. */
function extentKm(area: AreaGeometry): number {
  const { minLat, maxLat, minLng, maxLng } = boxOf(area);
  const widestLat = Math.max(minLat, -maxLat, 0);
  const width = (maxLng - minLng) * Math.cos((widestLat * Math.PI) / 180);
  return KM_PER_DEGREE * Math.max(maxLat - minLat, width);
}
