import { readClusterMap, readClusterNodes } from './cluster-map.js';

const ASKED = { host: 'asked', port: 7000 };

describe('readClusterMap', () => {
  const answer = [
    [0, 5460, ['10.0.0.1', 7000, 'a'], ['10.0.0.4', 7003, 'd']],
    [5461, 5461, ['10.0.0.2', 7001, 'b']],
    [5463, 16_383, ['10.0.0.1', 7000, 'a'], ['10.0.0.4', 7003, 'd']],
  ];

  it('knows who serves a slot, and which nobody serves', () => {
    const map = readClusterMap(answer);
    expect([0, 5460, 5461, 5462, 16_383].map((slot) => map.ownerOf(slot)?.port)).toEqual([
      7000,
      7000,
      7001,
      undefined,
      7000,
    ]);
    expect(map.unserved).toBe(1);
  });

  it('names each node once', () => {
    const { masters, replicas } = readClusterMap(answer);
    expect(masters).toEqual([
      { host: '10.0.0.1', port: 7000 },
      { host: '10.0.0.2', port: 7001 },
    ]);
    expect(replicas).toEqual([{ host: '10.0.0.4', port: 7003 }]);
  });

  it('takes the address it asked for that of a node which does not know its own, and passes over one without a name', () => {
    const map = readClusterMap([[0, 16_383, ['', 7000, 'a'], ['?', 7001, 'b']]], ASKED);
    expect(map.masters).toEqual([ASKED]);
    expect(map.replicas).toEqual([]);
  });
});

describe('readClusterNodes', () => {
  it('reads masters, replicas and nodes that are down, and not those without an address', () => {
    const text = [
      'a1 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460',
      'b2 10.0.0.4:7003@17003,name slave,fail a1 1 2 3 disconnected',
      'c3 ::1:7004@17004 master - 0 0 4 connected',
      'd4 :0@0 master,noaddr - 1 1 0 disconnected',
      'e5 10.0.0.9:7009@17009 handshake - 1 1 0 connected',
      'f6 :7005@17005 slave a1 0 0 6 connected',
      '',
    ].join('\n');
    expect(readClusterNodes(text, ASKED)).toEqual([
      { host: '10.0.0.1', port: 7000 },
      { host: '10.0.0.4', port: 7003 },
      { host: '::1', port: 7004 },
      { host: 'asked', port: 7005 },
    ]);
  });
});
