/** What the ways to reach a person are called. */
const NAMES = {
  push: 'notification',
  sms: 'SMS',
  email: 'e-mail',
  webhook: 'webhook',
};

/** The channels that a policy can ask for, the quick ones first. */
export const CHANNELS = ['push', 'sms', 'email', 'webhook'];

export function channelName(channel) {
  return NAMES[channel] ?? channel;
}

/** As the first word of a line. */
export function channelTitle(channel) {
  const name = channelName(channel);
  return name[0].toUpperCase() + name.slice(1);
}

/** By what way something came, as a part of a sentence. */
export function byChannel(channel) {
  return channel === 'socket' ? 'on the page' : `by ${channelName(channel)}`;
}
