import { z } from 'zod';
import type { SendOutcome } from '../channel-sender.js';
import { postToProvider, read } from './post-to-provider.js';
import type { ProviderAccess, SmsProvider, TextMessage } from './sms-provider.js';

const answer = z.object({ sid: z.string() });
const refusal = z.object({ code: z.number() });

interface Account extends ProviderAccess {
  readonly sid: string;
  readonly authToken: string;
  /** Where delivery reports go; absent: nowhere. */
  readonly reportsTo?: string | undefined;
}

/** Twilio. It knows no reference of the sender's; delivery reports carry it in their address. */
export class Twilio implements SmsProvider {
  readonly name = 'twilio';

  constructor(private readonly account: Account) {}

  async send({ to, text, reference }: TextMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { url, from, sid, authToken, reportsTo, clock } = this.account;
    const form = new URLSearchParams({ To: to, Body: text, ...senderOf(from) });
    if (reportsTo) form.set('StatusCallback', `${reportsTo}?delivery=${reference}`);
    const { refused, json } = await postToProvider(`${url}/2010-04-01/Accounts/${sid}/Messages.json`, {
      headers: { authorization: `Basic ${Buffer.from(`${sid}:${authToken}`).toString('base64')}` },
      body: form,
      signal,
      clock,
    });
    if (refused) {
      const code = read(refusal, json)?.code;
      return code === undefined ? refused : { ...refused, reason: `${refused.reason} (${code})` };
    }
    const ref = read(answer, json)?.sid;
    return { provider: this.name, ...(ref ? { ref } : {}) };
  }
}

/** A number or name, or a messaging service that has several. */
function senderOf(from: string | undefined): Record<string, string> {
  if (!from) return {};
  return from.startsWith('MG') && from.length === 34 ? { MessagingServiceSid: from } : { From: from };
}
