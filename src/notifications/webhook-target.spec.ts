import { AllowedHosts, checkTarget, RefusedTarget, type Resolve } from './webhook-target.js';

const nobody = new AllowedHosts([]);
const to =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address }));
const PUBLIC = to('93.184.215.14');
const check = (url: string, resolve: Resolve = PUBLIC, allowed = nobody) => checkTarget(new URL(url), allowed, resolve);

describe('a webhook is refused', () => {
  it.each([
    'http://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'https://user:password@example.org/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://168.63.129.16/metadata',
    'https://192.0.0.192/',
    'https://198.18.0.1/',
    'https://203.0.113.7/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[64:ff9b:1::a9fe:a9fe]/',
    'https://[5f00::1]/',
    'https://[3fff::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fc00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[100::1]/',
  ])('at %s', async (url) => {
    await expect(check(url)).rejects.toThrow(RefusedTarget);
  });

  it.each([
    ['a name of this machine', ['127.0.0.1']],
    ['a name of the metadata service', ['169.254.169.254']],
    ['a name of this machine in IPv6', ['::1']],
    ['IPv4 in disguise', ['::ffff:10.0.0.1']],
    ['one inside address among public ones', ['93.184.215.14', '10.0.0.1']],
    ['an address with a zone', ['fe80::1%eth0']],
    ['what is no address', ['nonsense']],
    ['no address', []],
  ])('when its name resolves to %s', async (_case, addresses) => {
    await expect(check('https://receiver.example/', to(...addresses))).rejects.toThrow(RefusedTarget);
  });
});

describe('a webhook may go', () => {
  it.each([
    ['https://example.org/hook', ['93.184.215.14']],
    ['https://8.8.8.8/', ['8.8.8.8']],
    ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', ['2606:2800:21f:cb07:6820:80da:af6b:8b2c']],
  ])('to %s, and to exactly the checked address', async (url, addresses) => {
    expect((await check(url, to(...addresses))).map(({ address }) => address)).toEqual(addresses);
  });

  it.each([
    ['an allowed name', ['Receiver.internal'], 'http://receiver.internal:8080/', ['10.1.2.3']],
    ['an allowed address', ['127.0.0.1'], 'http://127.0.0.1:9000/', []],
    ['an allowed IPv6 address', ['::1'], 'http://[::1]:9000/', []],
    ['an allowed network', ['10.0.0.0/8'], 'https://receiver.example/', ['10.1.2.3']],
  ])('to %s although it is private', async (_case, allowed, url, addresses) => {
    await expect(check(url, to(...addresses), new AllowedHosts(allowed))).resolves.toHaveLength(1);
  });

  it.each([
    ['a name that only ends like an allowed one', ['internal'], 'http://evil.internal/', ['10.1.2.3']],
    ['an address beside an allowed network', ['10.0.0.0/8'], 'https://receiver.example/', ['11.1.2.3', '192.168.0.1']],
    [
      'plain http to a public address because an allowed one is beside it',
      ['10.0.0.0/8'],
      'http://receiver.example/',
      ['10.0.0.1', '8.8.8.8'],
    ],
  ])('but not to %s', async (_case, allowed, url, addresses) => {
    await expect(check(url, to(...addresses), new AllowedHosts(allowed))).rejects.toThrow(RefusedTarget);
  });

  it('after one look-up alone: a name that answers differently the next time is not asked again', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    let asked = 0;
    const rebinding: Resolve = async () => (answers[asked++] ?? []).map((address) => ({ address }));
    expect(await check('https://rebind.example/', rebinding)).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(asked).toBe(1);
  });
});
