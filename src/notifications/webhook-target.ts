import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that was checked and is the one to connect to. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string }[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** A webhook URL that must not be called: it would let a receiver's address reach into our own network. */
export class RefusedTarget extends Error {}

/**
 * Public by range, yet an inside service: Azure's metadata; IPv4 in disguise (::a.b.c.d, RFC 4291 2.5.5.1, and a
 * network's own NAT64, RFC 8215); segment routing (RFC 9602) and documentation (RFC 9637).
 */
const INSIDE_NETWORKS = ['168.63.129.16/32', '::/96', '64:ff9b:1::/48', 'fec0::/10', '5f00::/16', '3fff::/20'].map(
  (cidr) => ipaddr.parseCIDR(cidr),
);

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Host names, addresses and networks that may be private and plain http, as NABOOM_WEBHOOK_ALLOWED_HOSTS names them. */
export class AllowedHosts {
  readonly #names = new Set<string>();
  readonly #networks: Network[] = [];

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (ipaddr.isValid(entry)) this.#networks.push([ipaddr.process(entry), entry.includes(':') ? 128 : 32]);
      else if (ipaddr.isValidCIDR(entry)) this.#networks.push(ipaddr.parseCIDR(entry));
      else this.#names.add(entry.toLowerCase());
    }
  }

  hasName(hostname: string): boolean {
    return this.#names.has(hostname.toLowerCase());
  }

  hasAddress(address: string): boolean {
    return this.#networks.some((network) => isIn(ipaddr.process(address), network));
  }
}

/**
 * Resolves the host of a webhook URL and checks every address of it. Connect to one of the returned addresses and no
 * other: a second look-up might answer differently (DNS rebinding).
 * @throws RefusedTarget when one address is not public, or the scheme is not https, and the host is not allowed
 */
export async function checkTarget(url: URL, allowed: AllowedHosts, resolve: Resolve): Promise<CheckedAddress[]> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new RefusedTarget('the scheme is not https');
  if (url.username || url.password) throw new RefusedTarget('the URL holds credentials');
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(hostname) ? [{ address: hostname }] : await resolve(hostname);
  if (addresses.length === 0) throw new RefusedTarget('the host name has no address');
  const isAllowed = ({ address }: { address: string }) => allowed.hasName(hostname) || allowed.hasAddress(address);
  const allAllowed = addresses.every(isAllowed);
  if (url.protocol === 'http:' && !allAllowed) throw new RefusedTarget('the scheme is not https');
  if (!addresses.every((one) => isAllowed(one) || isPublic(one.address))) {
    throw new RefusedTarget('the address is not public');
  }
  return addresses.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
}

function isPublic(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  // Whatever has a special meaning has a range of its own, IPv4 inside IPv6 included.
  return address.range() === 'unicast' && !INSIDE_NETWORKS.some((network) => isIn(address, network));
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}
