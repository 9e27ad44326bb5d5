import type { AreaRecords, DrawnArea, StoredArea } from './area-records.js';
import type { ImportReader } from './import-reader.js';
import type { SkippedFeature } from './read-import.js';

/** What became of each feature of an import. */
export type ImportedFeature = StoredArea | SkippedFeature;

/** Takes whole maps: every polygon with a name becomes an area, or the new shape of the area of that name. */
export class AreaImports {
  constructor(
    private readonly records: AreaRecords,
    private readonly reader: ImportReader,
  ) {}

  /**
   * @param text GeoJSON or KML
   * @param maxKm how far one area may extend; larger ones are skipped
   * @returns in the order of the map
   * @throws AppError GEOMETRY_INVALID, NOT_FOUND
   */
  async take(organisationId: string, text: string, maxKm: number): Promise<ImportedFeature[]> {
    const features = await this.reader.read(text, maxKm);
    const drawn = features.filter((feature): feature is DrawnArea => 'geometry' in feature);
    const stored = drawn.length > 0 ? await this.records.store(organisationId, drawn) : [];
    const byName = new Map(stored.map((area) => [area.name, area]));
    return features.map((feature) => ('geometry' in feature ? byName.get(feature.name)! : feature));
  }
}
