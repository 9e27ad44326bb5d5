import ipaddr from 'ipaddr.js';

/** Longer ones are no addresses; a proxy passes on whatever it was told. */
const MAX_CHARACTERS = 64;

/**
 * What presses and logins are counted by: an IPv4 address, or the /64 of an IPv6 one, since a subscriber gets at least
 * that much.
 * @param address as the connection or a trusted proxy names it; whatever cannot be read stands for itself
 */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, MAX_CHARACTERS);
  if (address.length > MAX_CHARACTERS || !ipaddr.isValid(address)) return address.slice(0, MAX_CHARACTERS);
  const read = ipaddr.process(address); // IPv4 in the clothes of IPv6 is IPv4
  if (read instanceof ipaddr.IPv4) return read.toString();
  const network = read.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
