import { createECDH, hash, randomBytes, randomUUID } from 'node:crypto';
import { withClient } from './stack.mjs';

/** One step that waits for an hour: what is measured is how quickly the first is told. */
const POLICY = {
  steps: [{ targets: [{ kind: 'role', role: 'responder' }], delaySeconds: 3600 }],
  repeat: 0,
  unreachedSeconds: 600,
};

/** An API key of that organisation: what anybody presses for is told ten times in five minutes and no more. */
export const BENCH_KEY = `nbk_${randomBytes(32).toString('base64url')}`;

/** Fills a migrated database with an organisation that gets every alert, and with responders who each have one contact. */
export async function plantResponders(databaseUrl, contacts) {
  await withClient(databaseUrl, async (client) => {
    const organisation = randomUUID();
    await client.query(
      `insert into organisations (id, name, catch_all, created_at) values ($1, 'Bench', true, now())`,
      [organisation],
    );
    await client.query(
      `insert into api_keys (id, key_hash, name, organisation_id, scopes, created_at)
       values ($1, $2, 'Bench', $3, '{alerts:raise}', now())`,
      [randomUUID(), hash('sha256', BENCH_KEY, 'buffer'), organisation],
    );
    await client.query('insert into escalation_policies values ($1, $2, now())', [organisation, POLICY]);
    for (const { channel, address, keys = null } of contacts) {
      const person = randomUUID();
      await client.query(
        `insert into users (id, name, email, password_hash, created_at) values ($1, 'Responder', $2, 'none', now())`,
        [person, `${person}@bench.invalid`],
      );
      await client.query(`insert into memberships values ($1, $2, 'responder')`, [organisation, person]);
      await client.query(
        `insert into contacts (id, user_id, channel, address, keys, position, verified_at, created_at)
         values ($1, $2, $3, $4, $5, 0, now(), now())`,
        [randomUUID(), person, channel, address, keys],
      );
    }
  });
}

/** A device at the push service of `origin`, as a browser would subscribe it. */
export function newDevice(origin) {
  const p256dh = createECDH('prime256v1').generateKeys().toString('base64url');
  const keys = { p256dh, auth: randomBytes(16).toString('base64url') };
  return { channel: 'push', address: `${origin}/push/${randomUUID()}`, keys };
}

/** VAPID keys of a deployment. */
export function vapidEnv() {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys().toString('base64url');
  return { NABOOM_VAPID_PUBLIC_KEY: publicKey, NABOOM_VAPID_PRIVATE_KEY: ecdh.getPrivateKey().toString('base64url') };
}
