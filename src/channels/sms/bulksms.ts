import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SendOutcome } from '../channel-sender.js';
import { postToProvider, read } from './post-to-provider.js';
import type { ProviderAccess, SmsProvider, TextMessage } from './sms-provider.js';

const answer = z.array(z.object({ id: z.coerce.string() })).min(1);

/** BulkSMS. It sends what has the same `deduplication-id`, a number of 32 bits, once. */
export class BulkSms implements SmsProvider {
  readonly name = 'bulksms';

  constructor(private readonly access: ProviderAccess & { readonly tokenId: string; readonly tokenSecret: string }) {}

  async send({ to, text, reference }: TextMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { url, from, tokenId, tokenSecret, clock } = this.access;
    const { refused, json } = await postToProvider(`${url}/v1/messages?deduplication-id=${numberOf(reference)}`, {
      headers: { authorization: `Basic ${Buffer.from(`${tokenId}:${tokenSecret}`).toString('base64')}` },
      body: { to, body: text, ...(from ? { from } : {}) },
      signal,
      clock,
    });
    if (refused) return refused;
    const id = read(answer, json)?.[0]?.id;
    return { provider: this.name, ...(id ? { ref: id } : {}) };
  }
}

/** A positive number of 31 bits for an id. */
function numberOf(reference: string): number {
  return createHash('sha256').update(reference).digest().readUInt32BE() >>> 1;
}
