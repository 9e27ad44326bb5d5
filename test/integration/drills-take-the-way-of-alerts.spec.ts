import { AlertLog } from '../../src/alerts/alert-log.js';
import { readFacts } from '../../src/drills/drill-facts.js';
import { drillReport } from '../../src/drills/drill-report.js';
import { readDrills } from '../../src/drills/drill-rows.js';
import { Drills } from '../../src/drills/drills.js';
import { EscalationBench } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

it('a drill calls who is on shift, escalates as every alert does, and its report tells of it', async () => {
  const { planted, database, clock } = bench;
  const town = await bench.organisation();
  const area = await planted.area(town);
  const rex = await bench.person('Rex', { [town]: 'responder' });
  const ria = await bench.person('Ria', { [town]: 'responder' }, { channels: ['sms'] });
  await bench.person('Mute', { [town]: 'dispatcher' }, { channels: [] });
  const dora = await bench.person('Dora', { [town]: 'dispatcher' });
  // The clock of these tests begins on a Sunday.
  await planted.sql("update organisations set time_zone = 'UTC' where id = $1", [town]);
  await planted.sql(
    `insert into shifts (id, organisation_id, user_id, weekday, start_minute, end_minute, created_at)
     values (gen_random_uuid(), $1, $2, 7, 0, 60, now())`,
    [town, rex.id],
  );
  const drills = new Drills({ database, log: new AlertLog(database), clock });
  const actor = { kind: 'dispatcher', id: dora.id, name: dora.name } as const;
  const { alertId } = await drills.start({ organisationId: town, areaId: null, severity: 'high', actor });
  const report = async () => drillReport(await readFacts(database, (await readDrills(database, town, alertId))[0]!));

  // A test that is no drill calls nobody.
  const mere = await bench.raise({ test: true, places: { areas: [area], organisations: [town] } });
  expect(await bench.told(mere)).toEqual([]);
  expect(await bench.told(alertId)).toEqual(['alert.raised to Rex by push']);
  await bench.receive(alertId, rex.id);
  await bench.after(60);
  await bench.after(15);
  expect(await bench.story(alertId)).toEqual(['1 unacknowledged: Rex,Ria', '2 unreached: Dora']);
  const { people, ...sum } = await report();
  expect(sum).toMatchObject({ level: 2, called: 3, reached: 1, acknowledged: 0 });
  expect(people.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'Rex received',
    'Dora waiting',
    'Ria waiting',
    'Mute no_contact',
  ]);
  expect(people.find(({ userId }) => userId === ria.id)!.calls).toMatchObject([{ channel: 'sms', status: 'pending' }]);
});
