import { hash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { SESSION_PREFIX } from '../../src/auth/tokens.js';

/** An account that is signed in. */
export interface TestPerson {
  readonly id: string;
  readonly email: string;
  readonly phone: string;
  /** Header of their requests. */
  readonly headers: { readonly authorization: string };
}

let count = 0;

/** Puts an account and a session into the database, past registering: what a test is about comes after that. */
export async function signedIn(databaseUrl: string, name: string): Promise<TestPerson> {
  count += 1;
  const id = uuidv7();
  const token = SESSION_PREFIX + randomBytes(32).toString('base64url');
  const [email, phone] = [`${name.toLowerCase()}-${count}@example.org`, `+2782${String(5_550_000 + count)}`];
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into users (id, name, email, phone, password_hash, created_at) values ($1, $2, $3, $4, 'none', now())`,
      [id, name, email, phone],
    );
    await client.query(
      `insert into sessions (token_hash, id, user_id, created_at, expires_at)
       values ($1, $2, $3, now(), now() + interval '1 hour')`,
      [hash('sha256', token, 'buffer'), uuidv7(), id],
    );
  } finally {
    await client.end();
  }
  return { id, email, phone, headers: { authorization: `Bearer ${token}` } };
}
