import type { RoleConnections } from '../redis/role-connections.js';
import { RoleRedis } from '../redis/role-redis.js';
import { ClusterFigures } from './cluster-figures.js';
import { readServerFigures } from './server-figures.js';

describe('the figures of a Cluster', () => {
  it('name a node that stays away, and leave nothing behind each time that it is asked', async () => {
    const host = { host: '127.0.0.1', port: 1 };
    const node = new RoleRedis({ ...host, naboomRole: 'monitoring', lazyConnect: true });
    const connections = {
      commands: { cluster: async () => [[0, 16_383, [host.host, host.port, 'id']]] },
      openNode: () => node,
    } as unknown as RoleConnections;
    const figures = new ClusterFigures(connections, async () => readServerFigures(''));
    const listening = () => node.listenerCount('ready') + node.listenerCount('error');
    const before = listening();
    const [first, second] = [await figures.all(), await figures.all()];
    expect([first.warnings, second.warnings]).toEqual([
      [expect.stringContaining('127.0.0.1:1')],
      [expect.stringContaining('127.0.0.1:1')],
    ]);
    expect(listening()).toBe(before);
    node.disconnect();
  });
});
