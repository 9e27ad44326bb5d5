import { AreaIndex, type PlacedArea } from './area-index.js';
import { placesOf } from './places-of.js';

const NEAREST_KM = 25;

function square(id: string, organisationId: string, west: number, south: number): PlacedArea {
  const [east, north] = [west + 0.1, south + 0.1];
  return {
    id,
    organisationId,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ],
      ],
    },
  };
}

const AREAS = [
  square('north', 'blue', 28, -26),
  square('overlap', 'red', 28.05, -26),
  square('south', 'blue', 28, -26.1),
];
const index = new AreaIndex(AREAS, 'city');
const open = new AreaIndex(AREAS);
const resident = { homeAreas: ['south', 'gone'] };

describe('where an alert belongs', () => {
  it('is every area that contains the point, and each organisation once', () => {
    expect(placesOf(index, NEAREST_KM, { lat: -25.95, lng: 28.07 })).toEqual({
      areas: ['north', 'overlap'],
      organisations: ['blue', 'red'],
    });
    expect(placesOf(index, NEAREST_KM, { lat: -26, lng: 28.01 })).toEqual({
      areas: ['north', 'south'],
      organisations: ['blue'],
    });
  });

  it('does not grow with the inaccuracy of the point', () => {
    const places = placesOf(index, NEAREST_KM, { lat: -25.95, lng: 28.049, accuracyM: 5000 });
    expect(places.areas).toEqual(['north']);
  });

  it('is the nearest organisation when no area contains it, within the limit', () => {
    const outside = { lat: -25.95, lng: 28.25 }; // 10 km east of red
    expect(placesOf(index, NEAREST_KM, outside)).toEqual({ areas: [], organisations: ['red'] });
    expect(placesOf(index, 9, outside)).toEqual({ areas: [], organisations: ['city'] });
    expect(placesOf(open, 9, outside)).toEqual({ areas: [], organisations: [] });
  });

  it('is not at home when the point is known, unless nobody else would hear of it', () => {
    const abroad = { lat: 10, lng: 10 };
    expect(placesOf(index, NEAREST_KM, abroad, resident).organisations).toEqual(['city']);
    expect(placesOf(open, NEAREST_KM, abroad, resident)).toEqual({ areas: ['south'], organisations: ['blue'] });
  });

  it.each([['Corner of 5th and Main'], [null], [undefined]])('is at home for %p, as far as the areas exist', (text) => {
    expect(placesOf(index, NEAREST_KM, text, resident)).toEqual({ areas: ['south'], organisations: ['blue'] });
    expect(placesOf(index, NEAREST_KM, text, { homeAreas: ['gone'] }).organisations).toEqual(['city']);
    expect(placesOf(index, NEAREST_KM, text).organisations).toEqual(['city']);
    expect(placesOf(open, NEAREST_KM, text)).toEqual({ areas: [], organisations: [] });
  });
});
