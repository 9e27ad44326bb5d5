import { z } from 'zod';
import { described, list, port, type EnvVarMeta } from './described.js';

/** Providers of text messages that can send. */
export const SMS_PROVIDERS = ['clickatell', 'africastalking', 'bulksms', 'twilio'] as const;
export type SmsProvider = (typeof SMS_PROVIDERS)[number];

const channel = (doc: string): EnvVarMeta => ({ section: 'Channels', doc });
const channelSecret = (doc: string): EnvVarMeta => ({ section: 'Channels', doc, secret: true });
/** One of its own for each variable: their descriptions hang on it. */
const text = () => z.string().min(1).optional();
const origin = z
  .string()
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'is no http(s) URL')
  .transform((value) => value.replace(/\/+$/, ''));
const providers = list.refine(
  (names): names is SmsProvider[] =>
    names.every((name) => SMS_PROVIDERS.some((known) => known === name)) && new Set(names).size === names.length,
  `must hold ${SMS_PROVIDERS.join(', ')}, each at most once`,
);
const callingCodes = list.refine(
  (codes) => codes.every((code) => /^[1-9]\d{0,2}$/.test(code)),
  'must hold country calling codes, such as 27,266',
);

/** The ways to tell people who are not looking. A channel that is not set up is off. */
export const channelVars = {
  NABOOM_PUBLIC_URL: described(
    origin.optional(),
    channel('Address of the pages as people reach them, such as `https://alerts.example`; messages link to it.'),
  ),
  NABOOM_VAPID_PUBLIC_KEY: described(text(), channel('Public VAPID key of web push; it follows from the private one.')),
  NABOOM_VAPID_PRIVATE_KEY: described(
    text(),
    channelSecret('Private VAPID key of web push; `npm start` and `init` generate one.'),
  ),
  NABOOM_VAPID_SUBJECT: described(
    z
      .string()
      .regex(/^(mailto:.+@.+|https:\/\/.+)$/, 'must be a mailto: or https: address')
      .optional(),
    channel(
      'Whom push services turn to: `mailto:` or `https:`. Without it NABOOM_PUBLIC_URL, or the address of NABOOM_MAIL_FROM.',
    ),
  ),
  NABOOM_SMS_PROVIDERS: described(
    providers.default([]),
    channel(`Providers of text messages (comma-separated), the preferred one first: ${SMS_PROVIDERS.join(', ')}.`),
  ),
  NABOOM_SMS_COUNTRIES: described(
    callingCodes.default([]),
    channel(
      'Calling codes (comma-separated, such as `27,266`) of the numbers that people may have texted; without it that of NABOOM_COUNTRY_CODE alone. Texts to some countries pay whoever asks for them.',
    ),
  ),
  NABOOM_SMS_FROM: described(text(), channel('Sender of text messages, where the provider takes one.')),
  NABOOM_CLICKATELL_API_KEY: described(text(), channelSecret('API key of Clickatell.')),
  NABOOM_CLICKATELL_URL: described(origin.default('https://platform.clickatell.com'), channel('API of Clickatell.')),
  NABOOM_AFRICASTALKING_USERNAME: described(text(), channel("User name of Africa's Talking.")),
  NABOOM_AFRICASTALKING_API_KEY: described(text(), channelSecret("API key of Africa's Talking.")),
  NABOOM_AFRICASTALKING_URL: described(
    origin.default('https://api.africastalking.com'),
    channel("API of Africa's Talking."),
  ),
  NABOOM_BULKSMS_TOKEN_ID: described(text(), channel('Token id of BulkSMS.')),
  NABOOM_BULKSMS_TOKEN_SECRET: described(text(), channelSecret('Token secret of BulkSMS.')),
  NABOOM_BULKSMS_URL: described(origin.default('https://api.bulksms.com'), channel('API of BulkSMS.')),
  NABOOM_TWILIO_ACCOUNT_SID: described(
    text(),
    channel('Account of Twilio; its auth token is NABOOM_TWILIO_AUTH_TOKEN.'),
  ),
  NABOOM_TWILIO_URL: described(origin.default('https://api.twilio.com'), channel('API of Twilio.')),
  NABOOM_SMTP_HOST: described(text(), channel('Mail server that takes e-mail for us.')),
  NABOOM_SMTP_PORT: described(port.default(587), channel('Port of the mail server.')),
  NABOOM_SMTP_TLS: described(
    z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    channel('How the connection to the mail server is protected.'),
  ),
  NABOOM_SMTP_USER: described(text(), channel('User at the mail server.')),
  NABOOM_SMTP_PASSWORD: described(text(), channelSecret('Password at the mail server.')),
  NABOOM_MAIL_FROM: described(text(), channel('Sender of e-mail, such as `Naboom <alerts@example.org>`.')),
  NABOOM_QUEUE_BOARD: described(
    z.enum(['off', 'read-only', 'read-write']).default('read-only'),
    channel('What operators may do on the page of the queues, `/admin/queues`.'),
  ),
} as const;
