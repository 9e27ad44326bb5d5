import ipaddr from 'ipaddr.js';

const IPV6_PREFIX_BYTES = 8;

/** What counts as one address: of IPv6 the first 64 bits, as one customer has them all. */
export function addressOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip); // IPv4 in IPv6 becomes IPv4
  if (address.kind() === 'ipv4') return address.toString();
  return Buffer.from(address.toByteArray().slice(0, IPV6_PREFIX_BYTES)).toString('hex');
}
