import { AppError } from '../errors/app-error.js';
import { IMPORT_MAX, readImport } from './read-import.js';

const square = (west: number, south: number) => [
  [west, south],
  [west + 0.1, south],
  [west + 0.1, south + 0.1],
  [west, south + 0.1],
  [west, south],
];
const feature = (properties: unknown, geometry: unknown) => ({ type: 'Feature', properties, geometry });
const polygon = { type: 'Polygon', coordinates: [square(28, -26)] };
const collection = (...features: unknown[]) => JSON.stringify({ type: 'FeatureCollection', features });

/** As Google My Maps writes it: a folder a layer, styles, HTML in CDATA, heights, a pin for a label. */
const MY_MAPS = `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
  <Document>
    <name>Neighbourhood watch</name>
    <description><![CDATA[Patrols & gates <br> 2026]]></description>
    <Style id="poly-0288D1-1200-77-normal"><PolyStyle><color>4dd18802</color><fill>1</fill></PolyStyle></Style>
    <StyleMap id="poly-0288D1-1200-77"><Pair><key>normal</key><styleUrl>#poly-0288D1-1200-77-normal</styleUrl></Pair></StyleMap>
    <Folder>
      <name>Patrols</name>
      <Placemark>
        <name>Zone 1 &amp; gate</name>
        <description><![CDATA[Lead: <b>Thandi</b><br>Radio 4]]></description>
        <styleUrl>#poly-0288D1-1200-77</styleUrl>
        <Polygon><outerBoundaryIs><LinearRing><tessellate>1</tessellate><coordinates>
              28.0,-26.0,0
              28.1,-26.0,0
              28.1,-25.9,0
              28.0,-25.9,0
              28.0,-26.0,0
        </coordinates></LinearRing></outerBoundaryIs>
        <innerBoundaryIs><LinearRing><coordinates>28.04,-25.96,0 28.06,-25.96,0 28.06,-25.94,0 28.04,-25.96,0</coordinates></LinearRing></innerBoundaryIs>
        </Polygon>
      </Placemark>
      <Placemark>
        <name>Gate</name>
        <Point><coordinates>28.05,-25.95,0</coordinates></Point>
      </Placemark>
    </Folder>
    <Folder>
      <name>Schools</name>
      <Placemark>
        <name>Laerskool</name>
        <MultiGeometry>
          <Point><coordinates>28.2,-25.9,0</coordinates></Point>
          <Polygon><outerBoundaryIs><LinearRing><coordinates>28.2,-26,0 28.3,-26,0 28.3,-25.9,0 28.2,-26,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
          <Polygon><outerBoundaryIs><LinearRing><coordinates>28.4,-26,0 28.5,-26,0 28.5,-25.9,0 28.4,-26,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
        </MultiGeometry>
      </Placemark>
      <Placemark>
        <name>Zone 1 &amp; gate</name>
        <Polygon><outerBoundaryIs><LinearRing><coordinates>28.6,-26 28.7,-26 28.7,-25.9 28.6,-26</coordinates></LinearRing></outerBoundaryIs></Polygon>
      </Placemark>
      <Placemark>
        <Polygon><outerBoundaryIs><LinearRing><coordinates>28.6,-26 28.7,-26 28.7,-25.9 28.6,-26</coordinates></LinearRing></outerBoundaryIs></Polygon>
      </Placemark>
    </Folder>
    <GroundOverlay><name>Old map</name><Icon><href>x.png</href></Icon>
      <LatLonBox><north>-25</north><south>-26</south><east>29</east><west>28</west></LatLonBox></GroundOverlay>
  </Document>
</kml>`;

function refusal(text: string): string {
  try {
    readImport(text, '27', Infinity);
  } catch (error) {
    if (error instanceof AppError && error.code === 'GEOMETRY_INVALID') return error.detail;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('an import', () => {
  it('reads a map of Google My Maps, folder after folder', () => {
    const read = readImport(MY_MAPS, '27', Infinity);
    expect(read.map((each) => ('result' in each ? `${each.name}: ${each.reason}` : each.name))).toEqual([
      'Zone 1 & gate',
      'Gate: is a Point, not a polygon',
      'Laerskool',
      'Zone 1 & gate: another one before it has the same name',
      'null: has no name',
    ]);
    expect(read[0]).toMatchObject({ geometry: { type: 'Polygon', coordinates: [square(28, -26), { length: 4 }] } });
    expect(read[2]).toMatchObject({ geometry: { type: 'MultiPolygon', coordinates: { length: 2 } } });
  });

  it('reads GeoJSON, with names where drawing tools put them', () => {
    const text = collection(
      feature({ Name: ' Zone 7 ' }, polygon),
      feature({ name: '', TITLE: 'Market' }, polygon),
      feature({ name: 12 }, polygon),
      feature(null, polygon),
      feature({ name: 'Road' }, { type: 'LineString', coordinates: [] }),
      feature({ name: 'Nothing' }, null),
      feature({ name: 'Broken' }, { type: 'Polygon', coordinates: [[['x']]] }),
      feature({ name: 'a'.repeat(201) }, polygon),
      'noise',
    );
    const read = readImport(`\uFEFF${text}`, '27', Infinity);
    expect(read.map(({ name }) => name)).toEqual([
      'Zone 7',
      'Market',
      '12',
      null,
      'Road',
      'Nothing',
      'Broken',
      null,
      null,
    ]);
    expect(read.map((each) => 'result' in each && each.reason)).toEqual([
      false,
      false,
      false,
      'has no name',
      'is a LineString, not a polygon',
      'has no geometry',
      expect.stringContaining('geometry.coordinates.0.0.0'),
      'has no name',
      'is no feature',
    ]);
  });

  it('reads a single feature', () => {
    expect(readImport(JSON.stringify(feature({ name: 'One' }, polygon)), '27', Infinity)).toEqual([
      { name: 'One', geometry: polygon },
    ]);
  });

  it('tells a name that comes twice, however the first one went', () => {
    const broken = { type: 'Polygon', coordinates: [] };
    const text = collection(
      feature({ name: 'A' }, broken),
      feature({ name: 'A' }, polygon),
      feature({ name: 'A' }, polygon),
    );
    expect(readImport(text, '27', Infinity).map((each) => 'result' in each)).toEqual([true, false, true]);
  });

  it.each([
    ['a zip', 'PK\u0003\u0004', 'KMZ'],
    ['text', 'Soweto', 'neither KML nor JSON'],
    ['nothing', '', 'neither KML nor JSON'],
    ['other JSON', '[1, 2]', 'FeatureCollection'],
    ['a bare shape', JSON.stringify(polygon), 'FeatureCollection'],
    ['no feature', collection(), 'no feature'],
    ['too many', collection(...Array.from({ length: IMPORT_MAX + 1 }, () => 1)), String(IMPORT_MAX)],
    ['a web page', '<html><body><br></body></html>', 'cannot be read'],
    ['half a file', MY_MAPS.slice(0, 1000), 'cannot be read'],
    ['a link to a map', '<kml><NetworkLink><Link><href>https://x</href></Link></NetworkLink></kml>', 'links to a map'],
    ['entities', '<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>', 'document type'],
    ['a file of ours', '<!doctype a SYSTEM "file:///etc/passwd"><kml/>', 'document type'],
  ])('refuses %s', (_what, text, detail) => {
    expect(refusal(text)).toContain(detail);
  });
});
