import { eventually } from '../support/eventually.js';
import { square } from '../support/square.js';
import { operator, outcome, useDirectory, type Who } from '../support/use-directory.js';

const directory = useDirectory();
const ALERTS = '/emergency/alerts';

interface Placed {
  readonly id: string;
  readonly receiptToken: string;
  readonly areas: string[];
  readonly organisations: string[];
}

/** Raises as somebody; where it belongs is told to operators. */
async function raise(who: Who, location?: unknown): Promise<Placed> {
  const { ask } = directory();
  const { body } = await ask(who, 'POST', ALERTS, { location });
  return { ...(await read(body.id)), receiptToken: body.receiptToken };
}

async function read(id: string): Promise<Placed> {
  return (await directory().ask(operator, 'GET', `${ALERTS}/${id}`)).body;
}

describe('an alert', () => {
  it('belongs to the areas of its position, the nearest organisation, the home of its reporter, or the catch-all', async () => {
    const { ask, organisation, planted } = directory();
    const [watch, city] = [await organisation(), await organisation()];
    const draw = async (name: string, west: number): Promise<string> =>
      (await ask(operator, 'POST', `/organisations/${watch}/areas`, { name, geometry: square(west, -26) })).body.id;
    const [north, overlap] = [await draw('North', 28), await draw('Overlap', 28.05)];
    await ask(operator, 'PATCH', `/organisations/${city}`, { catchAll: true });
    const resident = await planted.person('Rita');
    await planted.sql('insert into home_areas (user_id, area_id) values ($1, $2)', [resident.id, north]);
    await eventually(async () => (await raise(undefined)).organisations.includes(city), { what: 'the areas' });

    const inside = { areas: [north, overlap].sort(), organisations: [watch] };
    const nearby = { areas: [], organisations: [watch] };
    const anywhere = { areas: [], organisations: [city] };
    expect(await raise(undefined, { lat: -25.95, lng: 28.07 })).toMatchObject(inside);
    expect(await raise(undefined, { lat: -25.95, lng: 28.3 })).toMatchObject(nearby); // 15 km
    expect(await raise(undefined, { lat: -33.9, lng: 18.4 })).toMatchObject(anywhere);
    expect(await raise(undefined, 'at the old mill')).toMatchObject(anywhere);
    const atHome = await raise(resident, 'at the old mill');
    expect(atHome).toMatchObject({ areas: [north], organisations: [watch] });

    const found = { location: { lat: -25.95, lng: 28.12 } };
    expect(outcome(await ask({ token: atHome.receiptToken }, 'PATCH', `${ALERTS}/${atHome.id}`, found))).toBe(200);
    expect(await read(atHome.id)).toMatchObject({ areas: [overlap], organisations: [watch] });
  });
});
