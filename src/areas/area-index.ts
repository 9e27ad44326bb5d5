import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import CheapRuler from 'cheap-ruler';
import Flatbush from 'flatbush';
import type { GeoPoint } from '../alerts/alert.js';
import { boxOf, polygonsOf, type AreaGeometry, type Box, type Position } from './geometry.js';

/** What placing knows of an area. */
export interface PlacedArea {
  readonly id: string;
  readonly organisationId: string;
  readonly geometry: AreaGeometry;
}

interface BoxedArea extends PlacedArea {
  readonly box: Box;
}

type Point = Pick<GeoPoint, 'lat' | 'lng'>;

/** All areas by place: a tree of their boxes, then the polygons themselves. Never changes: a new one takes its place. */
export class AreaIndex {
  readonly #areas: readonly BoxedArea[];
  readonly #byId: ReadonlyMap<string, PlacedArea>;
  /** Undefined without areas: Flatbush makes no empty tree. */
  readonly #boxes: Flatbush | undefined;

  /** @param catchAll organisation that gets what no other is near to */
  constructor(
    areas: readonly PlacedArea[],
    readonly catchAll?: string,
  ) {
    this.#areas = areas.map((area) => ({ ...area, box: boxOf(area.geometry) }));
    this.#byId = new Map(areas.map((area) => [area.id, area]));
    if (areas.length === 0) return;
    this.#boxes = new Flatbush(areas.length);
    for (const { box } of this.#areas) this.#boxes.add(box.minLng, box.minLat, box.maxLng, box.maxLat);
    this.#boxes.finish();
  }

  get size(): number {
    return this.#areas.length;
  }

  /** Those of `ids` that there are. */
  known(ids: readonly string[]): PlacedArea[] {
    return ids.flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** The areas that a point lies in, or on the border of; the border of a hole belongs to the area. */
  containing({ lng, lat }: Point): PlacedArea[] {
    return this.#within(lng, lat, lng, lat).filter(({ geometry }) => booleanPointInPolygon([lng, lat], geometry));
  }

  /**
   * The area whose border is nearest to a point outside of all areas, if one is within `km` kilometres. The distance is
   * right to 0.1 % up to some hundred kilometres; across the 180th meridian nothing is found.
   */
  nearest({ lng, lat }: Point, km: number): PlacedArea | undefined {
    const ruler = new CheapRuler(lat);
    const [east, north] = [km / ruler.kx, km / ruler.ky];
    const candidates = this.#within(lng - east, lat - north, lng + east, lat + north)
      .map((area) => ({ area, atLeastKm: distanceToBox(ruler, [lng, lat], area.box) }))
      .sort((a, b) => a.atLeastKm - b.atLeastKm);
    let nearest: PlacedArea | undefined;
    let limit = km;
    for (const { area, atLeastKm } of candidates) {
      if (atLeastKm > limit) break;
      const distance = distanceToBorder(ruler, [lng, lat], area.geometry);
      if (distance > limit || (distance === limit && nearest && nearest.id < area.id)) continue;
      [nearest, limit] = [area, distance];
    }
    return nearest;
  }

  #within(west: number, south: number, east: number, north: number): BoxedArea[] {
    return this.#boxes?.search(west, south, east, north).map((at) => this.#areas[at]!) ?? [];
  }
}

function distanceToBox(ruler: CheapRuler, [lng, lat]: Position, box: Box): number {
  const east = Math.max(box.minLng - lng, 0, lng - box.maxLng) * ruler.kx;
  const north = Math.max(box.minLat - lat, 0, lat - box.maxLat) * ruler.ky;
  return Math.hypot(east, north);
}

/** Kilometres from a point to the nearest line of an area. */
function distanceToBorder(ruler: CheapRuler, point: Position, geometry: AreaGeometry): number {
  let nearest = Infinity;
  for (const ring of polygonsOf(geometry).flat()) {
    for (let at = 1; at < ring.length; at += 1) {
      nearest = Math.min(nearest, ruler.pointToSegmentDistance(point, ring[at - 1]!, ring[at]!));
    }
  }
  return nearest;
}
