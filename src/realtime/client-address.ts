import ipaddr from 'ipaddr.js';

/** What of a handshake tells where it comes from. */
export interface HandshakeOrigin {
  /** The other end of the connection. */
  readonly address: string;
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>;
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Tells where a socket comes from, as `request.ip` does over HTTP: each trusted proxy is believed about whom it heard
 * from, nobody else is.
 */
export class ClientAddress {
  readonly #networks: readonly Network[];

  /** @param trustedProxies addresses and networks, checked by the configuration */
  constructor(trustedProxies: readonly string[]) {
    this.#networks = trustedProxies.map((entry) => {
      if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  of({ address, headers }: HandshakeOrigin): string {
    const hops = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',').reverse();
    let client = address;
    for (const hop of hops) {
      if (hop.trim() === '' || !this.#isProxy(client)) break;
      client = hop.trim();
    }
    return client;
  }

  #isProxy(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const read = ipaddr.process(address);
    return this.#networks.some(([network, bits]) => network.kind() === read.kind() && read.match(network, bits));
  }
}
