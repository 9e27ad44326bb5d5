import { toE164 } from '../alerts/phone.js';
import type { WhichUser } from './members.js';

/** What somebody signs in with: an e-mail address, or a phone number in any form that can be read. */
export function readLogin(login: string, countryCode: string): WhichUser {
  if (login.includes('@')) return { email: login.toLowerCase() };
  return { phone: toE164(login, countryCode) ?? login };
}
