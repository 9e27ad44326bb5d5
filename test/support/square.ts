/** A square as a GeoJSON polygon, its south-west corner here; 0.1 degrees are about 11 km. */
export function square(west: number, south: number, size = 0.1) {
  const [east, north] = [west + size, south + size];
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}
