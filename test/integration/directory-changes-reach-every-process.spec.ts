import { Database } from '../../src/database/database.js';
import {
  accessChanged,
  areasChanged,
  sessionsEnded,
  type DirectoryChange,
} from '../../src/directory-changes/directory-change.js';
import { DirectoryChanges } from '../../src/directory-changes/directory-changes.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const USER = '01a20000-0000-7000-8000-000000000001';
const SESSION = '01a20000-0000-7000-8000-000000000002';

let testDatabase: TestDatabase;
let path: TcpProxy;
let writer: { database: Database; changes: DirectoryChanges };
let reader: { database: Database; changes: DirectoryChanges; heard: DirectoryChange[] };
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const url = new URL(testDatabase.url);
  path = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
});
beforeEach(async () => {
  const url = new URL(testDatabase.url);
  url.port = String(path.port);
  const [one, other] = [new Database(testDatabase.url), new Database(url.href)];
  writer = { database: one, changes: new DirectoryChanges(one) };
  const changes = new DirectoryChanges(other);
  reader = { database: other, changes, heard: [] };
  changes.onChange((change) => reader.heard.push(change));
  await one.query({ text: 'delete from directory_changes' });
  await changes.pollNow();
});
afterEach(async () => {
  await reader.changes.stop();
  await Promise.all([writer.database.close(), reader.database.close()]);
});
afterAll(async () => {
  await path.close();
  await testDatabase.drop();
});

it('tells each kind of change once, to the writer before it goes on and to others when they poll', async () => {
  const own: DirectoryChange[] = [];
  let wakes = 0;
  writer.changes.onChange((change) => own.push(change));
  writer.changes.onWrite(() => (wakes += 1));
  const done = await writer.changes.transaction(async (client) => {
    await accessChanged(client, USER);
    await sessionsEnded(client, [SESSION]);
    await areasChanged(client);
    return 'done';
  });
  const expected = [{ userId: USER }, { sessionId: SESSION }, {}];
  expect([done, own, wakes]).toEqual(['done', expected, 1]);
  await reader.changes.pollNow();
  await reader.changes.pollNow();
  expect(reader.heard).toEqual(expected);
  reader.changes.start();
  await writer.changes.transaction((client) => accessChanged(client, USER));
  await eventually(() => reader.heard.length === 4, { withinMs: 2000 });
});

it('tells nothing of what was rolled back', async () => {
  const failing = writer.changes.transaction(async (client) => {
    await accessChanged(client, USER);
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await reader.changes.pollNow();
  expect(reader.heard).toEqual([]);
});

it('hears of a transaction that commits after later ones were read', async () => {
  await writer.database.transaction(async (client) => {
    await accessChanged(client, USER);
    await writer.changes.transaction((later) => sessionsEnded(later, [SESSION]));
    await reader.changes.pollNow();
    expect(reader.heard).toEqual([{ sessionId: SESSION }]);
  });
  await reader.changes.pollNow();
  expect(reader.heard).toEqual([{ sessionId: SESSION }, { userId: USER }]);
});

it('knows after pollNow() what was committed before the call, also while another poll is under way', async () => {
  const underWay = reader.changes.pollNow();
  await writer.changes.transaction((client) => accessChanged(client, USER));
  await Promise.all([reader.changes.pollNow(), reader.changes.pollNow()]);
  expect(reader.heard).toEqual([{ userId: USER }]);
  await underWay;
});

it('goes on where it was when Postgres returns', async () => {
  await path.cut();
  await writer.changes.transaction((client) => accessChanged(client, USER));
  await reader.changes.pollNow(); // fails, and does not reject
  expect(reader.heard).toEqual([]);
  await path.mend();
  await eventually(async () => {
    await reader.changes.pollNow();
    return reader.heard.length === 1;
  });
});
