import { slotOf } from './cluster-slot.js';

describe('slotOf', () => {
  it.each([
    ['123456789', 0x31c3],
    ['', 0],
    // As of CLUSTER KEYSLOT of Redis 7.0.
    ['panic:alerts:high', 11_350],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
  ])('of "%s" is %d', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });

  it('is that of the hash tag, wherever it stands', () => {
    expect(slotOf('{naboom:queue}:notifications:wait')).toBe(slotOf('{naboom:queue}'));
    expect(slotOf('naboom:ws#{ws}#/#')).toBe(slotOf('ws'));
  });
});
