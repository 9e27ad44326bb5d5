import { randomBytes } from 'node:crypto';
import type { WebhookKey } from '../alerts/channel.js';
import { AppError } from '../errors/app-error.js';
import { checkTarget, RefusedTarget, type AllowedHosts, type Resolve } from '../notifications/webhook-target.js';
import { readLogin } from '../people/login.js';
import { within } from '../time-limit.js';
import type { AddContact } from './contact.schemas.js';
import type { NewContact } from './contact.js';

/** A name server answers within this, ms; else the address counts as one that there is not. */
const RESOLVE_MS = 3000;

/** Of a key that webhooks are signed with; Standard Webhooks ask for 24 to 64. */
const KEY_BYTES = 32;

/** What an address must be. */
export interface AddressRules {
  readonly countryCode: string;
  /** Calling codes of numbers that may be texted. */
  readonly smsCountries: readonly string[];
  /** Private hosts that the deployment lets its messages go to. */
  readonly allowed: AllowedHosts;
  readonly resolve: Resolve;
}

/**
 * The address as it is stored: a phone in E.164, an e-mail in lower case, an URL that leads outside. What a host name
 * means is looked up again for each message; here its owner is told at once.
 * @throws AppError REQUEST_INVALID, ADDRESS_REFUSED
 */
export async function readContact(wanted: AddContact, rules: AddressRules): Promise<NewContact> {
  const label = wanted.label === undefined ? {} : { label: wanted.label };
  if (wanted.channel === 'push') {
    const { endpoint, keys } = wanted.subscription;
    return { channel: 'push', address: await publicUrl(endpoint, rules), keys, ...label };
  }
  const { channel, address } = wanted;
  if (channel === 'webhook') {
    return { channel, address: await publicUrl(address, rules), keys: newWebhookKey(), ...label };
  }
  const login = readLogin(address, rules.countryCode);
  const read = login && (channel === 'sms' ? 'phone' in login && login.phone : 'email' in login && login.email);
  if (!read) throw invalid(channel === 'sms' ? 'is no phone number' : 'is no e-mail address');
  if (channel === 'sms') requireTextable(read, rules);
  return { channel, address: read, ...label };
}

/**
 * Whether this deployment texts numbers of that country: else whoever earns by texts to numbers of theirs has us pay.
 * @throws AppError ADDRESS_REFUSED
 */
export function requireTextable(phone: string, { smsCountries }: Pick<AddressRules, 'smsCountries'>): void {
  if (isTextable(phone, smsCountries)) return;
  const codes = smsCountries.map((code) => `+${code}`).join(', ');
  throw new AppError(
    'ADDRESS_REFUSED',
    `Text messages go to numbers that start with ${codes} alone; NABOOM_SMS_COUNTRIES allows more`,
  );
}

/** @param phone in E.164 */
export function isTextable(phone: string, smsCountries: readonly string[]): boolean {
  return smsCountries.some((code) => phone.startsWith(`+${code}`));
}

/** Each webhook has its own: its owner can check what comes, and what we sign for one proves nothing to another. */
function newWebhookKey(): WebhookKey {
  return { secret: `whsec_${randomBytes(KEY_BYTES).toString('base64')}` };
}

async function publicUrl(text: string, { allowed, resolve }: AddressRules): Promise<string> {
  if (!URL.canParse(text)) throw invalid('is no URL');
  const url = new URL(text);
  url.hash = '';
  try {
    await within(RESOLVE_MS, checkTarget(url, allowed, resolve));
  } catch (error) {
    const reason = error instanceof RefusedTarget ? error.message : 'the host name has no address';
    throw new AppError('ADDRESS_REFUSED', `This address cannot be used: ${reason}`, { cause: error });
  }
  return url.href;
}

function invalid(message: string): AppError {
  return new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors: [{ path: 'address', message }] });
}
