import { createServer } from 'node:http';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { raisedAlert } from '../lib/alert-message.mjs';
import { answer, listen, readBody } from './http-server.mjs';

/**
 * The limit of what Node can do with a durable record: bare node:http and one connection to Postgres, one multi-row
 * INSERT under way, which commits by itself; whatever comes meanwhile goes into the next. No validation, no folding,
 * no log, no Redis. The row holds as much of an alert as the product stores.
 */
const INSERT = {
  name: 'insert',
  text: `insert into alert (id, received_at, alert)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::json[])`,
};

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('create table alert (id uuid primary key, received_at timestamptz not null, alert json not null)');

let waiting = [];
let running = false;

async function insertAll() {
  running = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    const columns = [batch.map(({ id }) => id), batch.map(({ at }) => at), batch.map(({ alert }) => alert)];
    const status = await client.query({ ...INSERT, values: columns }).then(
      () => 201,
      () => 503,
    );
    for (const { id, response } of batch) answer(response, status, { id, status: 'open' });
  }
  running = false;
}

const server = createServer((request, response) => {
  readBody(request, (text) => {
    const id = uuidv7();
    const at = new Date().toISOString();
    waiting.push({ id, at, alert: JSON.stringify(raisedAlert({ id, at, seq: 0 }, JSON.parse(text))), response });
    if (!running) void insertAll();
  });
});
await listen(server);
