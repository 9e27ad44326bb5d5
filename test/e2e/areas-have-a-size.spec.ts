import { operator, outcome, useDirectory } from '../support/use-directory.js';
import { square } from '../support/square.js';

const directory = useDirectory();

const WORLD = {
  type: 'Polygon',
  coordinates: [
    [
      [-180, -90],
      [180, -90],
      [180, 90],
      [-180, 90],
    ],
  ],
};

it('lets a dispatcher draw a district and no country, by hand and in a map; operators draw what they like', async () => {
  const { ask, organisation, planted } = directory();
  const id = await organisation();
  const areas = `/organisations/${id}/areas`;
  const dispatcher = await planted.person('Dora', { [id]: 'dispatcher' });
  const [district, country] = [square(28, -26, 2), square(20, -33, 9)];
  const drawn = await ask(dispatcher, 'POST', areas, { name: 'District', geometry: district });
  expect(outcome(drawn)).toBe(201);
  const path = `/areas/${drawn.body.id}`;
  for (const geometry of [country, WORLD]) {
    expect(outcome(await ask(dispatcher, 'POST', areas, { name: 'All', geometry }))).toBe('400 GEOMETRY_INVALID');
    expect(outcome(await ask(dispatcher, 'PUT', path, { geometry }))).toBe('400 GEOMETRY_INVALID');
  }
  const { body } = await ask(dispatcher, 'PUT', path, { geometry: country });
  expect(body.detail).toBe('The area extends over 1002 km; dispatchers draw at most 250 km, operators more');

  const feature = (name: string, geometry: unknown) => ({ type: 'Feature', properties: { name }, geometry });
  const map = { type: 'FeatureCollection', features: [feature('District', district), feature('Country', country)] };
  expect((await ask(dispatcher, 'POST', `${areas}/import`, map)).body.items).toMatchObject([
    { name: 'District', result: 'updated' },
    { name: 'Country', result: 'skipped', reason: body.detail },
  ]);
  expect(outcome(await ask(operator, 'PUT', path, { geometry: country }))).toBe(200);
  expect(outcome(await ask(dispatcher, 'PUT', path, { name: 'Country' }))).toBe(200);
  expect(outcome(await ask(operator, 'PUT', path, { geometry: WORLD }))).toBe('400 GEOMETRY_INVALID');
});
