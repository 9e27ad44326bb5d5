import { toE164 } from '../alerts/phone.js';
import { placeIn } from './place-in-text.js';
import type { InboundSms } from './sms-gateway.js';

/** The whole message, and nothing else: whoever writes "test" among other words may be in need. */
const TEST = /^\W*(test|toets)\W*$/i;
/** What telephone companies take for the end of a subscription; some people mean the end of an alert. */
const STOP = /^\W*(stop|stopall|unsubscribe|cancel|end|quit|kanselleer)\W*$/i;

/** What a message says as a press, and why it is to be doubted, if it is. */
export interface SmsPress {
  readonly body: Readonly<Record<string, unknown>>;
  readonly doubt?: string;
}

/**
 * Reads a message. Every one is a press, whatever it says: who has no data writes what they can.
 * @param countryCode calling code for senders that are named without one
 */
export function pressOfSms({ from, text }: InboundSms, countryCode: string): SmsPress {
  const phone = toE164(from ?? '', countryCode);
  const place = placeIn(text);
  const doubt = doubtAbout(text, phone);
  return {
    body: {
      source: 'sms',
      message: text,
      test: TEST.test(text),
      contact: phone ? { phone } : { name: from },
      ...(place ? { location: place } : {}),
    },
    ...(doubt ? { doubt } : {}),
  };
}

function doubtAbout(text: string, phone: string | undefined): string | undefined {
  if (!phone) return 'from: not the number of a phone; the alert is stored as unverified';
  // It neither closes an alert (whoever holds the phone could) nor is it lost: dispatchers see it, and call back.
  if (STOP.test(text)) return 'message: asks to stop; stored as unverified, an open alert stays open';
  return undefined;
}
