/** By what way a person who is not looking is told. */
export const CHANNELS = ['push', 'sms', 'email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];
