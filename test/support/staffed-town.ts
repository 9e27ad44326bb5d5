import type { PlantedPerson } from './planted-people.js';
import { square } from './square.js';
import { operator, type Directory, type Who } from './use-directory.js';

/** Two organisations with an area each, and one person of each role in the first. */
export interface StaffedTown {
  readonly town: string;
  readonly county: string;
  readonly hill: string;
  readonly river: string;
  /** In the areas. */
  readonly onHill: { lat: number; lng: number };
  readonly atRiver: { lat: number; lng: number };
  readonly dispatcher: PlantedPerson;
  /** On duty for the hill. */
  readonly responder: PlantedPerson;
  readonly offDuty: PlantedPerson;
  readonly member: PlantedPerson;
  /** Dispatcher of the other organisation. */
  readonly stranger: PlantedPerson;
}

/** Makes them over HTTP; the areas lie at `west` degrees, so that those of each test have theirs. */
export async function staffedTown({ ask, organisation, planted }: Directory, west: number): Promise<StaffedTown> {
  const [town, county] = [await organisation(), await organisation()];
  const hill = await area(ask, town, west, -26);
  const river = await area(ask, county, west, -27);
  return {
    town,
    county,
    hill,
    river,
    onHill: { lat: -25.95, lng: west + 0.05 },
    atRiver: { lat: -26.95, lng: west + 0.05 },
    dispatcher: await planted.person('Dora', { [town]: 'dispatcher' }),
    responder: await planted.person('Rex', { [town]: 'responder' }, [hill]),
    offDuty: await planted.person('Otto', { [town]: 'responder' }),
    member: await planted.person('Mia', { [town]: 'member' }),
    stranger: await planted.person('Sam', { [county]: 'dispatcher' }),
  };
}

async function area(ask: Directory['ask'], organisation: string, west: number, south: number): Promise<string> {
  const { status, body } = await ask(operator, 'POST', `/organisations/${organisation}/areas`, {
    name: 'Area',
    geometry: square(west, south),
  });
  if (status !== 201) throw new Error(`no area: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Somebody who holds a token and nothing else. */
export const bearing = (token: string): Who => ({ token });
