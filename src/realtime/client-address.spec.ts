import { ClientAddress } from './client-address.js';

const via = (address: string, forwarded?: string | string[]) => ({
  address,
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

describe('ClientAddress', () => {
  const behindProxies = new ClientAddress(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);

  it.each([
    ['a direct connection', via('203.0.113.5'), '203.0.113.5'],
    ['a stranger who claims to forward', via('203.0.113.5', '198.51.100.1'), '203.0.113.5'],
    ['a trusted proxy', via('10.1.2.3', '203.0.113.5'), '203.0.113.5'],
    ['a trusted proxy, connected by IPv6', via('::ffff:10.1.2.3', '203.0.113.5'), '203.0.113.5'],
    ['a trusted proxy of IPv6', via('2001:db8::1', '2001:470::5'), '2001:470::5'],
    ['a chain of them', via('10.1.2.3', '203.0.113.5, 192.0.2.7'), '203.0.113.5'],
    ['a chain that begins with a lie', via('10.1.2.3', '198.51.100.1, 203.0.113.5, 192.0.2.7'), '203.0.113.5'],
    ['a header that comes twice', via('10.1.2.3', ['203.0.113.5', '10.9.9.9']), '203.0.113.5'],
    ['a proxy that says nothing', via('10.1.2.3'), '10.1.2.3'],
    ['a proxy that says nothing at length', via('10.1.2.3', ' , ,'), '10.1.2.3'],
    ['a proxy that knows no address', via('10.1.2.3', '203.0.113.5, unknown'), 'unknown'],
  ])('tells the client of %s', (_what, handshake, client) => {
    expect(behindProxies.of(handshake)).toBe(client);
  });

  it('believes nobody when no proxy is trusted', () => {
    expect(new ClientAddress([]).of(via('10.1.2.3', '203.0.113.5'))).toBe('10.1.2.3');
  });
});
