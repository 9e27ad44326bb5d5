import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { operator, outcome, useDirectory, type Who } from '../support/use-directory.js';

const directory = useDirectory();

const ring = (west: number, digits = 1) =>
  [
    [west, -26],
    [west + 0.1, -26],
    [west + 0.1, -25.9],
    [west, -26],
  ].map(([lng, lat]) => `${lng!.toFixed(digits)},${lat!.toFixed(digits)},0`);

const placemark = (name: string, coordinates: string) => `<Placemark><name>${name}</name>
  <Polygon><outerBoundaryIs><LinearRing><coordinates>${coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark>`;
const kml = (...folders: string[][]) => `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Watch</name>${folders
  .map((marks) => `<Folder><name>Layer</name>${marks.join('')}</Folder>`)
  .join('')}</Document></kml>`;

function send(who: Who, organisation: string, body: string, type = 'application/vnd.google-earth.kml+xml') {
  return directory().client.ask(`/api/v1/organisations/${organisation}/areas/import`, {
    method: 'POST',
    headers: { 'content-type': type, ...(who ? { authorization: `Bearer ${who.token}` } : {}) },
    body,
  });
}

/** What is answered to the mere head of a request: the server ends the connection before it takes too large a body. */
async function statusOfAnnounced(who: Who, organisation: string, bytes: number): Promise<number | undefined> {
  const head = request(`${directory().node.url}/api/v1/organisations/${organisation}/areas/import`, {
    method: 'POST',
    headers: { 'content-length': bytes, ...(who ? { authorization: `Bearer ${who.token}` } : {}) },
  });
  head.flushHeaders();
  const [answer] = (await once(head, 'response')) as [IncomingMessage];
  head.on('error', () => undefined).destroy();
  return answer.statusCode;
}

interface Imported {
  readonly name: string;
  readonly result: string;
  readonly reason?: string;
}
const told = (items: Imported[]) =>
  items.map(({ name, result, reason }) => [name, result, reason].filter(Boolean).join(': '));

describe('an import over HTTP', () => {
  it('makes areas of a KML map with two layers, and changes those that it knows', async () => {
    const { ask, organisation, planted } = directory();
    const id = await organisation();
    const dispatcher = await planted.person('Dora', { [id]: 'dispatcher' });
    const pin = '<Placemark><name>Gate</name><Point><coordinates>28,-26,0</coordinates></Point></Placemark>';
    const first = await send(
      dispatcher,
      id,
      kml([placemark('Zone 1', ring(28).join(' ')), pin], [placemark('School', ring(28.2).join('\n'))]),
    );
    expect(outcome(first)).toBe(200);
    expect(told(first.body.items)).toEqual([
      'Zone 1: created',
      'Gate: skipped: is a Point, not a polygon',
      'School: created',
    ]);
    const second = await send(dispatcher, id, kml([placemark('Zone 1', ring(28.4).join(' '))], []));
    expect(second.body.items).toEqual([{ ...first.body.items[0], result: 'updated' }]);
    const { items } = (await ask(dispatcher, 'GET', `/organisations/${id}/areas`)).body;
    expect(items.map(({ name }: Imported) => name)).toEqual(['School', 'Zone 1']);
    expect(items[1].geometry.coordinates[0][0]).toEqual([28.4, -26]);
    expect(await planted.sql('select min_lng, max_lat from areas where id = $1', [items[1].id])).toEqual([
      { min_lng: 28.4, max_lat: -25.9 },
    ]);
  });

  it.each(['application/json', 'application/geo+json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'reads GeoJSON that calls itself %s',
    async (type) => {
      const id = await directory().organisation();
      const geometry = { type: 'Polygon', coordinates: [ring(28).map((text) => text.split(',').map(Number))] };
      const features = [{ type: 'Feature', properties: { Name: 'Zone' }, geometry }];
      const { body } = await send(operator, id, JSON.stringify({ type: 'FeatureCollection', features }), type);
      expect(told(body.items)).toEqual(['Zone: created']);
    },
  );

  it('takes a map of megabytes, of nobody but those who may change areas', async () => {
    const { organisation, planted } = directory();
    const id = await organisation();
    const [dispatcher, responder] = [
      await planted.person('Dora', { [id]: 'dispatcher' }),
      await planted.person('Rex', { [id]: 'responder' }),
    ];
    const many = Array.from(
      { length: 8000 },
      (_, at) => `28.${String(at).padStart(12, '0')},-26.${at % 7}00000000000,0`,
    );
    const map = kml(Array.from({ length: 12 }, (_, at) => placemark(`Zone ${at}`, [...many, many[0]].join(' '))));
    expect(map.length).toBeGreaterThan(3 * 1024 * 1024);
    const { body } = await send(dispatcher, id, map);
    expect(body.items.filter(({ result }: Imported) => result === 'created')).toHaveLength(12);
    expect(outcome(await send(responder, id, map))).toBe('403 FORBIDDEN');
    expect(outcome(await send(undefined, id, map))).toBe('401 UNAUTHENTICATED');
    expect(outcome(await send({ token: 'forged' }, id, map))).toBe('401 UNAUTHENTICATED');
    expect(await statusOfAnnounced(dispatcher, id, 4 * 1024 * 1024 + 1)).toBe(413);
    expect(await statusOfAnnounced(responder, id, 4 * 1024 * 1024 + 1)).toBe(403);
    const other = await organisation();
    expect(outcome(await send(dispatcher, other, kml()))).toBe('403 FORBIDDEN');
  });

  it('leaves the limit of all other bodies as it is', async () => {
    const { ask, organisation, planted } = directory();
    const id = await organisation();
    const dispatcher = await planted.person('Dora', { [id]: 'dispatcher' });
    const long = { login: 'x'.repeat(70_000), role: 'member' };
    expect(outcome(await ask(dispatcher, 'POST', `/organisations/${id}/members`, long))).toBe('413 BODY_TOO_LARGE');
    const ring = Array.from({ length: 9000 }, (_, at) => [28 + Math.cos(at) / 10, -26 + Math.sin(at) / 10]);
    const geometry = { type: 'Polygon', coordinates: [ring] };
    expect(outcome(await ask(dispatcher, 'POST', `/organisations/${id}/areas`, { name: 'Large', geometry }))).toBe(201);
  });

  it('says why nothing of it can be read', async () => {
    const id = await directory().organisation();
    const refused = async (body: string, type?: string) => {
      const answer = await send(operator, id, body, type);
      expect(outcome(answer)).toBe('400 GEOMETRY_INVALID');
      return answer.body.detail as string;
    };
    expect(await refused('<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>')).toContain('document type');
    expect(await refused('PK\u0003\u0004')).toContain('KMZ');
    expect(await refused('')).toContain('body');
    const form = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.kml"\r\n\r\n<kml/>\r\n--x--\r\n';
    expect(await refused(form, 'multipart/form-data; boundary=x')).toContain('body');
  });
});
