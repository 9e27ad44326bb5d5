import { publicVapidKey } from '../../scripts/lib/vapid-key.mjs';
import { SMS_PROVIDERS, type SmsProvider } from './channel-vars.js';
import type { EnvName, EnvValues } from './env-vars.js';

/** What each provider of text messages cannot do without. */
const NEEDED_BY: Readonly<Record<SmsProvider, readonly EnvName[]>> = {
  clickatell: ['NABOOM_CLICKATELL_API_KEY'],
  africastalking: ['NABOOM_AFRICASTALKING_USERNAME', 'NABOOM_AFRICASTALKING_API_KEY'],
  bulksms: ['NABOOM_BULKSMS_TOKEN_ID', 'NABOOM_BULKSMS_TOKEN_SECRET'],
  twilio: ['NABOOM_TWILIO_ACCOUNT_SID', 'NABOOM_TWILIO_AUTH_TOKEN', 'NABOOM_SMS_FROM'],
};

/** Of no use one without the other, whoever sends text messages now. */
const PAIRS: readonly (readonly [EnvName, EnvName])[] = [
  ['NABOOM_BULKSMS_TOKEN_ID', 'NABOOM_BULKSMS_TOKEN_SECRET'],
  ['NABOOM_AFRICASTALKING_USERNAME', 'NABOOM_AFRICASTALKING_API_KEY'],
  ['NABOOM_SMTP_USER', 'NABOOM_SMTP_PASSWORD'],
];

/** What keeps a channel that somebody began to set up from telling anybody: a line each, without secrets. */
export function channelProblems(env: EnvValues): string[] {
  const all = [...pushProblems(env), ...smsProblems(env), ...pairProblems(env), ...mailProblems(env)];
  // A variable that two need is missing once.
  return all.filter((line, index) => all.findIndex((other) => nameIn(other) === nameIn(line)) === index);
}

/** With what follows of the rest: the public key of the private one, whom push services turn to. */
export function withChannelDefaults(env: EnvValues): EnvValues {
  const privateKey = env.NABOOM_VAPID_PRIVATE_KEY;
  if (!privateKey) return env;
  const publicKey = env.NABOOM_VAPID_PUBLIC_KEY ?? publicVapidKey(privateKey);
  return { ...env, NABOOM_VAPID_PUBLIC_KEY: publicKey, NABOOM_VAPID_SUBJECT: vapidSubject(env) };
}

/**
 * Push services refuse a message without a subject, some also localhost. The last one is in the form of an address and
 * reaches nobody (RFC 2606): the doctor says that it should be somebody's.
 */
function vapidSubject(env: EnvValues): string {
  const { NABOOM_VAPID_SUBJECT: given, NABOOM_PUBLIC_URL: url = '', NABOOM_MAIL_FROM: from = '' } = env;
  if (given) return given;
  if (url.startsWith('https://') && new URL(url).hostname !== 'localhost') return url;
  const sender = addressIn(from);
  return sender ? `mailto:${sender}` : NOBODY;
}
export const NOBODY = 'mailto:nobody@example.org';

function pushProblems(env: EnvValues): string[] {
  const { NABOOM_VAPID_PUBLIC_KEY: publicKey, NABOOM_VAPID_PRIVATE_KEY: privateKey } = env;
  if (!privateKey) {
    return publicKey ? ['NABOOM_VAPID_PRIVATE_KEY is missing: NABOOM_VAPID_PUBLIC_KEY is of no use without it'] : [];
  }
  const expected = publicVapidKey(privateKey);
  if (!expected) return ['NABOOM_VAPID_PRIVATE_KEY is no VAPID key: 32 bytes in base64url, 43 characters'];
  if (publicKey && publicKey !== expected) {
    return ['NABOOM_VAPID_PUBLIC_KEY is not that of NABOOM_VAPID_PRIVATE_KEY: leave it out, it follows from it'];
  }
  return [];
}

function smsProblems(env: EnvValues): string[] {
  return SMS_PROVIDERS.filter((provider) => env.NABOOM_SMS_PROVIDERS?.includes(provider)).flatMap((provider) =>
    NEEDED_BY[provider]
      .filter((name) => !env[name])
      .map((name) => missing(name, `${provider} in NABOOM_SMS_PROVIDERS`)),
  );
}

function pairProblems(env: EnvValues): string[] {
  return PAIRS.flatMap(([one, other]) => {
    if (Boolean(env[one]) === Boolean(env[other])) return [];
    return env[one] ? [missing(other, one)] : [missing(one, other)];
  });
}

function mailProblems({ NABOOM_SMTP_HOST: host, NABOOM_MAIL_FROM: from }: EnvValues): string[] {
  if (!host) return [];
  if (!from) return [missing('NABOOM_MAIL_FROM', 'NABOOM_SMTP_HOST')];
  return addressIn(from) ? [] : ['NABOOM_MAIL_FROM holds no e-mail address, such as Naboom <alerts@example.org>'];
}

function addressIn(from: string): string | undefined {
  return /[^\s<>@,;]+@[^\s<>@,;]+/.exec(from)?.[0];
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function missing(name: EnvName, by: string): string {
  return `${name} is missing: ${by} needs it`;
}
