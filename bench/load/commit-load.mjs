import pg from 'pg';

/**
 * The bare COMMIT: one-row INSERTs, one after the other, on one connection. DATABASE_URL and SECONDS in the
 * environment; writes {"p50","commits"} (ms) as JSON.
 */
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('create table if not exists bare (id bigserial primary key, alert text not null)');
const insert = { name: 'insert', text: 'insert into bare (alert) values ($1)', values: ['x'.repeat(600)] };
for (let warm = 0; warm < 200; warm += 1) await client.query(insert);
const times = [];
const end = performance.now() + Number(process.env.SECONDS) * 1000;
for (let now = performance.now(); now < end; ) {
  await client.query(insert);
  const done = performance.now();
  times.push(done - now);
  now = done;
}
await client.end();
times.sort((a, b) => a - b);
process.stdout.write(`${JSON.stringify({ p50: times[Math.floor(times.length / 2)], commits: times.length })}\n`);
