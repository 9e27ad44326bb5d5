import type { Redis } from 'ioredis';

/** A connection of a server, as CLIENT LIST has it. */
export interface SignedInClient {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly addr: string;
}

/** Who else is signed in at a server now: the connection that asks does not count. */
export async function signedInClients(admin: Redis): Promise<SignedInClient[]> {
  const own = String(await admin.client('ID'));
  const lines = String(await admin.client('LIST'))
    .split('\n')
    .filter(Boolean);
  const clients = lines.map((line) => {
    const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
    return { id: field('id'), user: field('user'), name: field('name'), addr: field('addr') };
  });
  return clients.filter(({ id }) => id !== own);
}

/** What ioredis' Cluster opens by itself: it takes its password from the node's connection each time it connects. */
const CLUSTER_OWN = /^ioredis-cluster\(/;

/** Those who do not say by their name that they know the password of this tag. */
export function withoutTag(clients: readonly SignedInClient[], user: string, tag: string): SignedInClient[] {
  return clients.filter(
    (client) => client.user === user && !client.name.endsWith(`:${tag}`) && !CLUSTER_OWN.test(client.name),
  );
}
