import type { Channel } from '../alerts/channel.js';
import type { EnvValues } from '../config/env-vars.js';

/** What says which channels are set up. */
export type ChannelSettings = Pick<EnvValues, 'NABOOM_VAPID_PRIVATE_KEY' | 'NABOOM_SMS_PROVIDERS' | 'NABOOM_SMTP_HOST'>;

/** By what ways this deployment can tell people: those that are set up. */
export function channelsOn(env: ChannelSettings): Channel[] {
  return [
    ...(env.NABOOM_VAPID_PRIVATE_KEY ? (['push'] as const) : []),
    ...(env.NABOOM_SMS_PROVIDERS.length > 0 ? (['sms'] as const) : []),
    ...(env.NABOOM_SMTP_HOST ? (['email'] as const) : []),
    'webhook', // each has a key of its own: there is nothing to set up
  ];
}
