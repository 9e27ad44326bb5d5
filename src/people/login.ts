import { z } from 'zod';
import { toE164 } from '../alerts/phone.js';

const EMAIL_MAX = 254;
const emailSchema = z.email().max(EMAIL_MAX);

/** What a person signs in with: an e-mail address in lower case, or a phone number in E.164. */
export type Login = { readonly email: string } | { readonly phone: string };

/** Reads what people type; undefined when it is neither. */
export function readLogin(text: string, countryCode: string): Login | undefined {
  const trimmed = text.trim();
  if (trimmed.includes('@')) {
    const email = emailSchema.safeParse(trimmed.toLowerCase());
    return email.success ? { email: email.data } : undefined;
  }
  const phone = toE164(trimmed, countryCode);
  return phone === undefined ? undefined : { phone };
}
