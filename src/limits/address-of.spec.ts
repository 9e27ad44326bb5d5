import { addressOf } from './address-of.js';

describe('addressOf', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2::1', '20010db800010002'],
    ['2001:db8:1:2:ffff::9', '20010db800010002'],
    ['2001:db8:1:3::1', '20010db800010003'],
    ['no address', 'unknown'],
  ])('counts %s as %s', (ip, expected) => {
    expect(addressOf(ip)).toBe(expected);
  });
});
