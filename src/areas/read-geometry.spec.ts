import { AppError } from '../errors/app-error.js';
import { POSITIONS_MAX, readGeometry } from './read-geometry.js';

const corners = [
  [28, -26],
  [28.1, -26],
  [28.1, -25.9],
];
const ring = [...corners, [28, -26]];
const polygon = (...coordinates: unknown[]) => ({ type: 'Polygon', coordinates });

function refusal(value: unknown, countryCode = '27'): AppError {
  try {
    readGeometry(value, countryCode, Infinity);
  } catch (error) {
    if (error instanceof AppError && error.code === 'GEOMETRY_INVALID') return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a geometry', () => {
  it('is read as it is, without heights, with its rings closed', () => {
    expect(readGeometry(polygon(ring), '27', Infinity)).toEqual(polygon(ring));
    expect(readGeometry(polygon(corners.map((corner) => [...corner, 1700])), '27', Infinity)).toEqual(polygon(ring));
    const multi = { type: 'MultiPolygon', coordinates: [[corners], [corners, corners]] };
    expect(readGeometry({ type: 'Feature', properties: {}, geometry: multi }, '27', Infinity)).toEqual({
      type: 'MultiPolygon',
      coordinates: [[ring], [ring, ring]],
    });
  });

  it('may cross itself', () => {
    const bow = [
      [28, -26],
      [28.1, -25.9],
      [28.1, -26],
      [28, -25.9],
      [28, -26],
    ];
    expect(readGeometry(polygon(bow), '27', Infinity)).toEqual(polygon(bow));
  });

  it.each([
    ['nothing', null],
    ['a text', 'Soweto'],
    ['a point', { type: 'Point', coordinates: [28, -26] }],
    ['no coordinates', { type: 'Polygon' }],
    ['no ring', polygon()],
    ['two corners', polygon([corners[0], corners[1], corners[0]])],
    ['a text for a number', polygon([['28', '-26'], ...corners])],
    ['half a position', polygon([[28], ...corners])],
    ['a longitude beyond 180', polygon([[181, 0], ...corners])],
    ['an infinite one', polygon([[Infinity, 0], ...corners])],
    ['an empty one of many', { type: 'MultiPolygon', coordinates: [] }],
    ['a line', polygon([corners[0], corners[1], corners[0], corners[1]])],
  ])('is refused when it is %s', (_what, value) => {
    expect(refusal(value).detail.length).toBeGreaterThan(0);
  });

  it('says where it is wrong, for the first few fields', () => {
    const { errors } = refusal(polygon(Array.from({ length: 100 }, () => [-26, 128])));
    expect(errors).toHaveLength(5);
    expect(errors?.[0]).toEqual({
      path: 'geometry.coordinates.0.0.1',
      message: 'is no latitude: GeoJSON has the longitude first',
    });
  });

  it('is refused when latitude and longitude of a South African area are swapped', () => {
    const swapped = polygon(ring.map(([lng, lat]) => [lat, lng]));
    expect(refusal(swapped).detail).toContain('longitude first');
    expect(readGeometry(swapped, '238', Infinity)).toEqual(swapped);
  });

  it('extends so far at most, from north to south and from west to east', () => {
    const box = (west: number, south: number, east: number, north: number) => {
      const outline = [[west, south], [east, south], [east, north], [west, north], [west, south]]; // prettier-ignore
      return polygon(outline);
    };
    const extent = (value: unknown) => () => readGeometry(value, '27', 250);
    expect(extent(box(28, -26, 30.4, -24))).not.toThrow();
    expect(extent(box(28, -26, 28.1, -23.7))).toThrow('257 km');
    expect(extent(box(28, 1, 30.3, 2))).toThrow('256 km');
    // A degree of longitude is shorter far from the equator.
    expect(extent(box(28, 60, 32, 61))).not.toThrow();
    expect(extent(box(28, -61, 32, -60))).not.toThrow();
    expect(extent(box(28, -1, 30.3, 1))).toThrow('257 km');
    const apart = { type: 'MultiPolygon', coordinates: [[corners], [corners.map(([lng, lat]) => [lng! + 4, lat!])]] };
    expect(extent(apart)).toThrow('km');
    expect(readGeometry(apart, '27', Infinity).type).toBe('MultiPolygon');
  });

  it('is refused when a line crosses the 180th meridian: it would go around the rest of the world', () => {
    const across = [[179, -17], [-179, -17], [-179, -16], [179, -17]]; // prettier-ignore
    expect(refusal(polygon(across)).detail).toContain('180th meridian');
    const halves = [[[179, -17], [180, -17], [180, -16]], [[-180, -17], [-179, -17], [-180, -16]]]; // prettier-ignore
    const split = { type: 'MultiPolygon', coordinates: halves.map((half) => [half]) };
    expect(readGeometry(split, '27', Infinity).type).toBe('MultiPolygon');
  });

  it('has a limit of positions, over all its rings', () => {
    const half = Array.from({ length: POSITIONS_MAX / 2 }, (_, at) => [28 + at / 1e6, -26 + (at % 7) / 100]);
    const closedHalf = [...half.slice(1), half[1]];
    expect(readGeometry(polygon(closedHalf, closedHalf), '27', Infinity).type).toBe('Polygon');
    expect(refusal(polygon(half, half, half)).detail).toContain(String(POSITIONS_MAX));
    expect(refusal({ type: 'MultiPolygon', coordinates: [[half], [half, half]] }).detail).toContain('positions');
  });
});
