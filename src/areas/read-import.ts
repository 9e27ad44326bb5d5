import { z } from 'zod';
import { nameText } from '../alerts/alert.schemas.js';
import { AppError } from '../errors/app-error.js';
import type { DrawnArea } from './area-records.js';
import { NAME_MAX } from './directory.schemas.js';
import type { AreaGeometry } from './geometry.js';
import { readGeometry } from './read-geometry.js';
import { readKml } from './read-kml.js';

/** Areas of one import: each is a row, and placing goes through all of them. */
export const IMPORT_MAX = 2000;

/** Something in an import that becomes no area. */
export interface SkippedFeature {
  readonly name: string | null;
  readonly result: 'skipped';
  readonly reason: string;
}

/** What an import holds, in its order. */
export type ReadFeature = DrawnArea | SkippedFeature;

const feature = z.looseObject({
  properties: z.record(z.string(), z.unknown()).nullish(),
  geometry: z.looseObject({ type: z.string() }).nullish(),
});
type Feature = z.output<typeof feature>;
const collection = z.looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.unknown()) });
const one = z.looseObject({ type: z.literal('Feature') });
const name = nameText(NAME_MAX);

/** Where drawing tools put the name of a shape, whatever its case. */
const NAME_PROPERTIES = ['name', 'title', 'label'];

/**
 * Reads GeoJSON (a FeatureCollection or a Feature) or KML.
 * @param maxKm how far one area may extend; a larger one is skipped
 * @throws AppError GEOMETRY_INVALID when nothing of it can be read
 */
export function readImport(text: string, countryCode: string, maxKm: number): ReadFeature[] {
  const features = readFeatures(text.replace(/^\uFEFF/, '').trim());
  if (features.length === 0) throw new AppError('GEOMETRY_INVALID', 'There is no feature in it');
  if (features.length > IMPORT_MAX) {
    throw new AppError('GEOMETRY_INVALID', `An import has at most ${IMPORT_MAX} features`);
  }
  const names = new Set<string>();
  return features.map((each) => {
    const read = readFeature(each, (shape) => readGeometry(shape, countryCode, maxKm));
    if ('result' in read) return read;
    if (names.has(read.name)) {
      return { name: read.name, result: 'skipped', reason: 'another one before it has the same name' };
    }
    names.add(read.name);
    return read;
  });
}

function readFeatures(text: string): readonly unknown[] {
  if (text.startsWith('<')) return readKml(text);
  if (text.startsWith('PK')) {
    throw new AppError('GEOMETRY_INVALID', 'A KMZ is a zip archive: export KML instead, or unpack it');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AppError('GEOMETRY_INVALID', 'It is neither KML nor JSON', { cause: error });
  }
  const read = collection.safeParse(json);
  if (read.success) return read.data.features;
  if (one.safeParse(json).success) return [json];
  throw new AppError('GEOMETRY_INVALID', 'The JSON is neither a GeoJSON FeatureCollection nor a Feature');
}

function readFeature(value: unknown, readShape: (shape: unknown) => AreaGeometry): ReadFeature {
  const read = feature.safeParse(value);
  const skipped = (reason: string) =>
    ({ name: read.success ? nameOf(read.data) : null, result: 'skipped', reason }) as const;
  if (!read.success) return skipped('is no feature');
  const { geometry } = read.data;
  const known = nameOf(read.data);
  const shape = polygonal(geometry);
  if (!shape) return skipped(geometry ? `is a ${geometry.type.slice(0, 50)}, not a polygon` : 'has no geometry');
  if (known === null) return skipped('has no name');
  try {
    return { name: known, geometry: readShape(shape) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [first] = error.errors ?? [];
    return skipped(first ? `${error.detail}: ${first.path} ${first.message}` : error.detail);
  }
}

function nameOf({ properties }: Feature): string | null {
  const entries = Object.entries(properties ?? {}).map(([key, value]) => [key.toLowerCase(), value] as const);
  for (const property of NAME_PROPERTIES) {
    const value = entries.find(([key]) => key === property)?.[1];
    const read = name.safeParse(typeof value === 'number' ? String(value) : value);
    if (read.success) return read.data;
  }
  return null;
}

/** The part of a geometry that is an area: a KML MultiGeometry often has a point for its label beside it. */
function polygonal(geometry: Feature['geometry']): unknown {
  if (!geometry) return undefined;
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') return geometry;
  if (geometry.type !== 'GeometryCollection' || !Array.isArray(geometry.geometries)) return undefined;
  const polygons = (geometry.geometries as ({ type?: unknown; coordinates?: unknown } | null)[]).flatMap((part) => {
    if (part?.type === 'Polygon') return [part.coordinates];
    return part?.type === 'MultiPolygon' && Array.isArray(part.coordinates) ? (part.coordinates as unknown[]) : [];
  });
  return polygons.length > 0 ? { type: 'MultiPolygon', coordinates: polygons } : undefined;
}
