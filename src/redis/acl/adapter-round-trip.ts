import { randomUUID } from 'node:crypto';

import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';

import { channels } from '../redis.keys.js';
import type { RoleClient } from '../role-client.js';

const ANSWER_WITHIN_MS = 3000;

/**
 * Two Socket.IO servers with the adapter that the product uses ask each other a question, in a namespace of their
 * own so that no running node takes part. Gives what is wrong; nothing when both heard and answered.
 */
export async function adapterRoundTrip(connection: RoleClient): Promise<string[]> {
  const namespace = `/verify-${randomUUID()}`;
  const [one, two] = [await openServer(connection, namespace), await openServer(connection, namespace)];
  try {
    two.on('question', (answer: (text: string) => void) => answer('heard'));
    const answers = await new Promise<unknown[]>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('timed out')), ANSWER_WITHIN_MS);
      one.serverSideEmit('question', (error: Error | null, replies: unknown[]) => {
        clearTimeout(late);
        if (error) reject(error);
        else resolve(replies);
      });
    });
    return answers.length === 1 && answers[0] === 'heard' ? [] : [`${answers.length} server(s) answered instead of 1`];
  } finally {
    await Promise.all([one.adapter.close(), two.adapter.close()]);
  }
}

async function openServer(connection: RoleClient, namespace: string) {
  const [publisher, subscriber] = [await openClone(connection), await openClone(connection)];
  const joined = new Server().of(namespace);
  // Set on the namespace alone: as the server's adapter it would join "/" too, among the running nodes.
  joined.adapter = createShardedAdapter(publisher, subscriber, { channelPrefix: channels.adapterPrefix() })(joined);
  // Answered in order: after this reply the adapter's subscriptions stand, or were refused.
  await subscriber.ping();
  return joined;
}

async function openClone(connection: RoleClient): Promise<RoleClient> {
  const clone = connection.duplicate({ lazyConnect: true }) as unknown as RoleClient;
  await clone.connect();
  return clone;
}
