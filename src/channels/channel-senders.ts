import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import type { EnvValues } from '../config/env-vars.js';
import type { CHANNEL_SETTINGS } from './channel-settings.js';
import type { ChannelSender } from './channel-sender.js';
import { MailSender } from './mail-sender.js';
import { PushSender } from './push-sender.js';
import type { SmsOrder } from './sms/sms-order.js';
import { SmsSender } from './sms/sms-sender.js';
import { smsProviders } from './sms/sms-providers.js';
import { WebhookSender, type Reachable } from './webhook-sender.js';

export type ChannelSettings = Pick<EnvValues, (typeof CHANNEL_SETTINGS)[number]>;

interface Parts {
  readonly reachable: Reachable;
  readonly smsOrder: SmsOrder;
  readonly clock: Clock;
  /** Of one attempt, ms. */
  readonly limitMs: number;
}

/** A sender for each channel that is set up; the others are off. */
export function channelSenders(env: ChannelSettings, parts: Parts): ReadonlyMap<Channel, ChannelSender> {
  const senders: readonly [Channel, ChannelSender | undefined][] = [
    ['push', pushSender(env, parts)],
    ['sms', smsSender(env, parts)],
    ['email', mailSender(env, parts)],
    ['webhook', new WebhookSender({ ...parts.reachable, clock: parts.clock })],
  ];
  return new Map(senders.flatMap(([channel, sender]) => (sender ? [[channel, sender]] : [])));
}

function pushSender(env: ChannelSettings, { reachable, clock }: Parts): ChannelSender | undefined {
  const { NABOOM_VAPID_PUBLIC_KEY: publicKey, NABOOM_VAPID_PRIVATE_KEY: privateKey } = env;
  const { NABOOM_VAPID_SUBJECT: subject } = env;
  if (!publicKey || !privateKey || !subject) return undefined; // two of them follow from the private key
  return new PushSender({ ...reachable, clock, vapid: { subject, publicKey, privateKey } });
}

function smsSender(env: ChannelSettings, { smsOrder, clock, limitMs }: Parts): ChannelSender | undefined {
  const providers = smsProviders(env, clock);
  return providers.length > 0 ? new SmsSender({ providers, order: smsOrder, limitMs }) : undefined;
}

function mailSender(env: ChannelSettings, { limitMs }: Parts): ChannelSender | undefined {
  const { NABOOM_SMTP_HOST: host, NABOOM_SMTP_PORT: port, NABOOM_SMTP_TLS: tls, NABOOM_MAIL_FROM: from } = env;
  if (!host || !from) return undefined;
  const { NABOOM_SMTP_USER: user, NABOOM_SMTP_PASSWORD: password } = env;
  return new MailSender({ host, port, tls, from, user, password, limitMs });
}
