/** By what way a person who is not looking is told. */
export const CHANNELS = ['push', 'sms', 'email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Keys of a push subscription, base64url: messages are encrypted for them. */
export interface PushKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** What messages to a webhook of a person are signed with, and nothing else: `whsec_` + base64. */
export interface WebhookKey {
  readonly secret: string;
}

/** What a contact needs beside its address; those of the other channels need nothing. */
export type ContactKeys = PushKeys | WebhookKey;
