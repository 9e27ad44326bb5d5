import type { Config } from '../config/config.js';
import type { EnvValues } from '../config/env-vars.js';

const NEEDED = [
  'DATABASE_URL',
  'NABOOM_LOG_LEVEL',
  'NABOOM_RETENTION_DAYS',
  'NABOOM_WEBHOOK_URLS',
  'NABOOM_WEBHOOK_SECRET',
  'NABOOM_WEBHOOK_ALLOWED_HOSTS',
] as const;

/** What a child process gets of the configuration: what jobs need, and no Redis password. */
export type JobSettings = Pick<EnvValues, (typeof NEEDED)[number]>;

export function jobSettings({ env }: Config): JobSettings {
  return Object.fromEntries(NEEDED.map((name) => [name, env[name]])) as JobSettings;
}
