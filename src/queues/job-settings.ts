import { CHANNEL_SETTINGS } from '../channels/channel-settings.js';
import { receiptKey } from '../channels/receipt-token.js';
import type { Config } from '../config/config.js';
import type { EnvName, EnvValues } from '../config/env-vars.js';

const NEEDED = [
  'DATABASE_URL',
  'NABOOM_LOG_LEVEL',
  'NABOOM_RETENTION_DAYS',
  'NABOOM_WEBHOOK_URLS',
  'NABOOM_WEBHOOK_SECRET',
  ...CHANNEL_SETTINGS,
] as const satisfies readonly EnvName[];

/** What a child process gets of the configuration: what jobs need, and no Redis password. */
export interface JobSettings extends Pick<EnvValues, (typeof NEEDED)[number]> {
  /** Of receipts of deliveries, base64; made of the operator key, which jobs do not get. */
  readonly receiptKey: string;
}

export function jobSettings({ env }: Config): JobSettings {
  return {
    ...(Object.fromEntries(NEEDED.map((name) => [name, env[name]])) as Pick<EnvValues, (typeof NEEDED)[number]>),
    receiptKey: receiptKey(env.NABOOM_OPERATOR_KEY).toString('base64'),
  };
}
