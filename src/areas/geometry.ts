/** WGS 84 degrees, longitude first, as GeoJSON has it. */
export type Position = [lng: number, lat: number];

/** A closed line: its last position is its first one. */
export type Ring = Position[];

/** The outline first, then the holes. */
export type PolygonRings = Ring[];

/** What an area covers. */
export type AreaGeometry =
  | { readonly type: 'Polygon'; readonly coordinates: PolygonRings }
  | { readonly type: 'MultiPolygon'; readonly coordinates: PolygonRings[] };

/** The rectangle around something, in degrees. */
export interface Box {
  readonly minLat: number;
  readonly minLng: number;
  readonly maxLat: number;
  readonly maxLng: number;
}

/** Each polygon of an area. */
export function polygonsOf(geometry: AreaGeometry): readonly PolygonRings[] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
}

/** The box around an area. */
export function boxOf(geometry: AreaGeometry): Box {
  let [minLat, minLng, maxLat, maxLng] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outline = []] of polygonsOf(geometry)) {
    for (const [lng, lat] of outline) {
      if (lat < minLat) minLat = lat;
      if (lat > maxLat) maxLat = lat;
      if (lng < minLng) minLng = lng;
      if (lng > maxLng) maxLng = lng;
    }
  }
  return { minLat, minLng, maxLat, maxLng };
}
