import { z } from 'zod';
import type { SendOutcome } from '../channel-sender.js';
import { postToProvider, read } from './post-to-provider.js';
import type { ProviderAccess, SmsProvider, TextMessage } from './sms-provider.js';

const answer = z.object({
  SMSMessageData: z.object({
    Recipients: z.array(z.object({ statusCode: z.number(), messageId: z.string().optional() })).min(1),
  }),
});
/** Processed, sent, queued. */
const TAKEN = [100, 101, 102];
/** Of the number: not a phone's, of a kind that cannot get texts, or one that wants none. */
const FINAL = [403, 404, 406];

/** Africa's Talking. It knows no reference of the sender's. */
export class AfricasTalking implements SmsProvider {
  readonly name = 'africastalking';

  constructor(private readonly access: ProviderAccess & { readonly username: string; readonly apiKey: string }) {}

  async send({ to, text }: TextMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { url, from, username, apiKey, clock } = this.access;
    const form = { username, to, message: text, bulkSMSMode: '1', enqueue: '1', ...(from ? { from } : {}) };
    const { refused, json } = await postToProvider(`${url}/version1/messaging`, {
      headers: { apikey: apiKey },
      body: new URLSearchParams(form),
      signal,
      clock,
    });
    if (refused) return refused;
    const told = read(answer, json)?.SMSMessageData.Recipients[0];
    if (!told) return { reason: 'not accepted' };
    const { statusCode, messageId } = told;
    if (TAKEN.includes(statusCode)) return { provider: this.name, ...(messageId ? { ref: messageId } : {}) };
    return { reason: `not accepted (${statusCode})`, ...(FINAL.includes(statusCode) ? { final: true } : {}) };
  }
}
