import { Database } from '../../src/database/database.js';
import { PruneLog } from '../../src/retention/prune-log.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const USER = '01a20000-0000-7000-8000-000000000001';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

it('deletes what is over of sessions, invitations, exceptions, contacts and changes, however many, and keeps the others', async () => {
  await database.query({
    text: `insert into users (id, name, email, password_hash, created_at) values ('${USER}', 'U', 'u@example.com', '', now())`,
  });
  await database.query({
    text: `insert into sessions (token_hash, id, user_id, created_at, expires_at)
           select sha256(n::text::bytea), gen_random_uuid(), '${USER}', '2025-12-01',
                  timestamptz '2026-01-01' + (n - 5.5) * interval '1 hour'
             from generate_series(1, 7) n`,
  });
  await database.query({
    text: "insert into directory_changes (at) select now() - n * interval '10 hours' from generate_series(1, 8) n",
  });
  await database.query({
    text: `with o as (insert into organisations (id, name, created_at)
                      select gen_random_uuid(), n::text, now() from generate_series(1, 7) n returning id, name)
           insert into invitations (organisation_id, user_id, role, created_at)
           select id, '${USER}', 'member', timestamptz '2025-12-02' + (name::int - 5.5) * interval '1 hour' from o`,
  });
  await database.query({
    text: `insert into shift_overrides (id, organisation_id, user_id, on_duty, from_at, until_at, created_at)
           select gen_random_uuid(), o.id, '${USER}', false, '2025-11-01',
                  timestamptz '2025-12-02' + (o.name::int - 4.5) * interval '1 hour', now() from organisations o`,
  });
  await database.query({
    text: `insert into contacts (id, user_id, channel, address, position, verified_at, created_at)
           select gen_random_uuid(), '${USER}', 'sms', n::text, n, case when n = 1 then now() end,
                  timestamptz '2025-12-02' + (n - 5.5) * interval '1 hour' from generate_series(1, 7) n`,
  });
  const clock = new TestClock('2026-01-01T00:00:00.000Z');
  await new PruneLog({ database, clock, retentionDays: 365, batch: 2 }).run({}, new AbortController().signal);
  const counts = await database.query({
    text: `select (select count(*)::int from sessions where expires_at > '2026-01-01') as live,
                  (select count(*)::int from sessions) as sessions,
                  (select count(*)::int from invitations) as invitations,
                  (select count(*)::int from shift_overrides) as overrides,
                  (select string_agg(address, ',' order by address) from contacts) as contacts,
                  (select count(*)::int from directory_changes) as changes`,
  });
  const kept = { live: 2, sessions: 2, invitations: 2, overrides: 3, contacts: '1,6,7', changes: 4 };
  expect(counts.rows[0]).toEqual(kept);
});
