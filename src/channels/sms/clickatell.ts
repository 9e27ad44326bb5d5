import { z } from 'zod';
import type { SendOutcome } from '../channel-sender.js';
import { postToProvider, read } from './post-to-provider.js';
import type { ProviderAccess, SmsProvider, TextMessage } from './sms-provider.js';

const answer = z.object({
  messages: z
    .array(
      z.object({
        apiMessageId: z.string().nullish(),
        accepted: z.boolean(),
        errorCode: z.union([z.string(), z.number()]).nullish(),
      }),
    )
    .min(1),
});

/** Of the number: none, not to be reached by them, or blocked. */
const FINAL = ['105', '114', '121'];

/** Clickatell's platform API. Numbers without the plus; `clientMessageId` comes back with delivery reports. */
export class Clickatell implements SmsProvider {
  readonly name = 'clickatell';

  constructor(private readonly access: ProviderAccess & { readonly apiKey: string }) {}

  async send({ to, text, reference }: TextMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { url, from, apiKey, clock } = this.access;
    const body = { to: [to.slice(1)], content: text, clientMessageId: reference, ...(from ? { from } : {}) };
    const { refused, json } = await postToProvider(`${url}/messages`, {
      headers: { authorization: apiKey },
      body,
      signal,
      clock,
    });
    if (refused) return refused;
    const message = read(answer, json)?.messages[0];
    if (message?.accepted)
      return { provider: this.name, ...(message.apiMessageId ? { ref: message.apiMessageId } : {}) };
    const code = String(message?.errorCode ?? 'no reason');
    return { reason: `not accepted (${code})`, ...(FINAL.includes(code) ? { final: true } : {}) };
  }
}
