import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { channelVars } from './channel-vars.js';
import { described, envVarMeta, list, port, wholeNumber, type EnvVarMeta } from './described.js';
import { redisVars } from './redis-vars.js';
import { timeZoneSchema } from './time-zone.js';

/** As the driver reads it: no host stands for the local socket. */
const isPostgresUrl = (text: string) => URL.canParse(text.replace('@/', '@localhost/'));
const origins = list.refine(
  (items) => items.every((item) => URL.canParse(item) && new URL(item).origin === item.toLowerCase()),
  'must hold origins alone, such as https://control-room.example',
);
const networks = list.refine(
  (items) => items.every((item) => ipaddr.isValid(item) || ipaddr.isValidCIDR(item)),
  'must hold addresses or networks, such as 10.0.0.0/8',
);
const server = (doc: string, defaultNote?: string): EnvVarMeta => ({ section: 'Server', doc, defaultNote });
const webhooks = (doc: string): EnvVarMeta => ({ section: 'Webhooks', doc });
const gatewaySecret = (doc: string): EnvVarMeta => ({ section: 'Gateways', doc, secret: true });

/** Every environment variable that this system reads: its type, default and documentation. */
export const envSchema = z.object({
  NABOOM_ROLE: described(
    z.enum(['api', 'worker', 'all']).default('all'),
    server('What this process does; the first argument of `node dist/main.js` wins over it.'),
  ),
  HOST: described(z.string().min(1).default('127.0.0.1'), server('Address to listen on.')),
  PORT: described(port.default(3000), server('Port of the API, the sockets and the pages.')),
  NABOOM_WORKER_PORT: described(port.default(3001), server("Port of a worker's own `/health` (role `worker` only).")),
  NABOOM_OPERATOR_KEY: described(
    z.string().min(24, 'must have at least 24 characters').regex(/^\S*$/, 'must hold no white space'),
    {
      section: 'Server',
      doc: 'Key of the operators: reads every alert, acknowledges, resolves and cancels. At least 24 characters.',
      secret: true,
    },
  ),
  NABOOM_ALLOWED_ORIGINS: described(
    origins.default([]),
    server('Further web origins (comma-separated) whose pages may open a socket; the own origin always may.'),
  ),
  NABOOM_TRUSTED_PROXIES: described(
    networks.default([]),
    server('Addresses or networks (comma-separated) of the proxies whose `X-Forwarded-*` headers count.'),
  ),
  NABOOM_TIME_ZONE: described(
    timeZoneSchema.default('Africa/Johannesburg'),
    server('Time zone of schedules (IANA name).'),
  ),
  NABOOM_COUNTRY_CODE: described(
    z
      .string()
      .regex(/^\d{1,3}$/, 'is no country calling code, such as 27')
      .default('27'),
    server('Country calling code of phone numbers that are given without one.'),
  ),
  NABOOM_FLOOD_PER_ADDRESS: described(
    wholeNumber(0, 1_000_000_000).default(60),
    server(
      'Anonymous presses a minute from one address (IPv6: one /64) that stay verified; what is more is stored as unverified.',
    ),
  ),
  NABOOM_FLOOD_TOTAL: described(
    wholeNumber(0, 1_000_000_000).default(1200),
    server('The same of all addresses together, for each process.'),
  ),
  NABOOM_NEAREST_KM: described(
    wholeNumber(0, 1000).default(25),
    server('Kilometres to the nearest area within which its organisation gets an alert that no area contains.'),
  ),
  NABOOM_RETENTION_DAYS: described(
    wholeNumber(1, 36_500).default(365),
    server('Days after which closed alerts and their events are deleted.'),
  ),
  NABOOM_DRAIN_SECONDS: described(
    wholeNumber(0, 300).default(0),
    server(
      'Seconds that a process told to end goes on as before while `/health/ready` says 503: longer than a balancer takes to notice.',
    ),
  ),
  NABOOM_LOG_LEVEL: described(
    z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    server('Least severe level that is logged.'),
  ),
  NABOOM_DATA_DIR: described(
    z.string().min(1).default('.naboom'),
    server('Folder of `npm start`: generated secrets and the data of the servers that it starts.'),
  ),
  DATABASE_URL: described(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgres:// or postgresql://', abort: true })
      .refine(isPostgresUrl, 'is no URL that can be read: write #, / and ? in user or password as %23, %2F and %3F'),
    {
      section: 'Postgres',
      doc: 'Postgres, the record of every alert: `postgres://user:password@host:port/name`.',
      secret: true,
    },
  ),
  ...redisVars,
  NABOOM_INBOUND_SECRET: described(
    z
      .string()
      .regex(/^[\w.~-]{24,100}$/, 'must have 24 to 100 characters that may stand in a path: letters, digits, - _ . ~')
      .optional(),
    gatewaySecret('Secret in the addresses that SMS and USSD gateways call; without it they are off.'),
  ),
  NABOOM_TWILIO_AUTH_TOKEN: described(
    z.string().min(16, 'must have at least 16 characters').optional(),
    gatewaySecret('Auth token of the Twilio account: SMS of Twilio then prove themselves by its signature.'),
  ),
  ...channelVars,
  NABOOM_WEBHOOK_URLS: described(
    list.default([]),
    webhooks('Receivers (comma-separated https URLs) of every event, signed per Standard Webhooks.'),
  ),
  NABOOM_WEBHOOK_SECRET: described(
    z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ followed by at least 24 bytes in base64')
      .optional(),
    { section: 'Webhooks', doc: 'Signing key, `whsec_` + base64; needed with NABOOM_WEBHOOK_URLS.', secret: true },
  ),
  NABOOM_WEBHOOK_ALLOWED_HOSTS: described(
    list.default([]),
    webhooks(
      'Host names, addresses or networks (comma-separated) that a webhook may reach although they are private; http is accepted for these alone.',
    ),
  ),
});

export type EnvValues = z.output<typeof envSchema>;
export type EnvName = keyof EnvValues;
/** The names of all variables, in the order of the docs. */
export const ENV_NAMES = Object.keys(envSchema.shape) as EnvName[];
/** The names of all secrets; each may be given as a file, `<NAME>_FILE`. */
export const SECRET_NAMES = ENV_NAMES.filter((name) => envVarMeta(envSchema.shape[name]).secret);
