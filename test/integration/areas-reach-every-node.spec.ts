import { Logger } from '@nestjs/common';
import { AreaRecords } from '../../src/areas/area-records.js';
import type { AreaGeometry } from '../../src/areas/geometry.js';
import { LiveAreas } from '../../src/areas/live-areas.js';
import { Organisations } from '../../src/areas/organisations.js';
import { systemClock } from '../../src/clock.js';
import { Database } from '../../src/database/database.js';
import { DirectoryChanges } from '../../src/directory-changes/directory-changes.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** What one process has of it. */
class Node {
  readonly database: Database;
  readonly changes: DirectoryChanges;
  readonly records: AreaRecords;
  readonly organisations: Organisations;
  readonly live: LiveAreas;

  constructor(url: string) {
    this.database = new Database(url);
    this.changes = new DirectoryChanges(this.database);
    const parts = { database: this.database, changes: this.changes, clock: systemClock };
    this.records = new AreaRecords(parts);
    this.organisations = new Organisations({ ...parts, timeZone: 'UTC' });
    this.live = new LiveAreas({ records: this.records, changes: this.changes, nearestKm: 25 });
  }

  async start(): Promise<void> {
    this.changes.start();
    await this.live.start();
  }

  async stop(): Promise<void> {
    await this.live.stop();
    await this.changes.stop();
    await this.database.close();
  }
}

const square = (west: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, -26],
      [west + 0.1, -26],
      [west + 0.1, -25.9],
      [west, -25.9],
      [west, -26],
    ],
  ],
});
const INSIDE = { lat: -25.95, lng: 28.05 };
const NOWHERE = { areas: [], organisations: [] };

let database: TestDatabase;
let proxy: TcpProxy;
let here: Node;
let there: Node;
let organisation: string;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  const { hostname, port } = new URL(database.url);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const behind = new URL(database.url);
  behind.host = `127.0.0.1:${proxy.port}`;
  [here, there] = [new Node(database.url), new Node(behind.href)];
  await Promise.all([here.start(), there.start()]);
  organisation = (await here.organisations.create({ name: 'Watch', catchAll: false })).id;
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await proxy?.close();
  await database?.drop();
});

/** A change is polled for each second; the rest is for a busy machine. */
const WITHIN_MS = 2000;
const sees = (node: Node, location: typeof INSIDE | null, places: object) =>
  eventually(() => JSON.stringify(node.live.of(location)) === JSON.stringify(places), {
    withinMs: WITHIN_MS,
    what: `${JSON.stringify(places)} instead of ${JSON.stringify(node.live.of(location))}`,
  });

describe('the areas of a process', () => {
  it('follow what another process changes', async () => {
    expect(there.live.of(INSIDE)).toEqual(NOWHERE);
    const { id } = await here.records.create(organisation, { name: 'Zone', geometry: square(28) });
    await Promise.all([here, there].map((node) => sees(node, INSIDE, { areas: [id], organisations: [organisation] })));
    await there.records.change(id, { geometry: square(28.2) });
    await sees(here, INSIDE, { areas: [], organisations: [organisation] }); // now 15 km away
    await here.records.remove(id);
    await sees(there, INSIDE, NOWHERE);
    await here.organisations.change(organisation, { catchAll: true });
    await sees(there, null, { areas: [], organisations: [organisation] });
    await here.organisations.change(organisation, { catchAll: false });
    await sees(there, null, NOWHERE);
  });

  it('are those of before while Postgres is away, and there once it is back, also for who started meanwhile', async () => {
    const { id } = await here.records.create(organisation, { name: 'Kept', geometry: square(28) });
    const places = { areas: [id], organisations: [organisation] };
    await sees(there, INSIDE, places);
    // So that nothing but its own reading tells the late one of them.
    await here.database.query({ text: `update directory_changes set at = at - interval '1 hour'` });
    await proxy.cut();
    const late = new Node(there.database.pool.options.connectionString!);
    await late.start();
    expect([there.live.of(INSIDE), late.live.of(INSIDE)]).toEqual([places, NOWHERE]);
    await proxy.mend();
    await eventually(() => late.live.of(INSIDE).areas.includes(id), { what: 'the areas' });
    await late.stop();
  });
});
