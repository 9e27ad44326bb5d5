import type { RoleConnections } from '../redis/role-connections.js';
import { RoleRedis } from '../redis/role-redis.js';
import { ClusterFigures } from './cluster-figures.js';
import { readServerFigures } from './server-figures.js';

describe('the figures of a Cluster', () => {
  it('name a node that stays away, and leave nothing behind each time that it is asked', async () => {
    const host = { host: '127.0.0.1', port: 1 };
    const node = new RoleRedis({ ...host, naboomRole: 'monitoring', lazyConnect: true });
    const connections = {
      commands: { cluster: () => Promise.resolve([[0, 16_383, [host.host, host.port, 'id']]]) },
      openNode: () => node,
    } as unknown as RoleConnections;
    const figures = new ClusterFigures(connections, () => Promise.resolve(readServerFigures('')));
    const before = node.listenerCount('ready');
    const [first, second] = [await figures.all(), await figures.all()];
    expect([first.warnings, second.warnings]).toEqual([
      [expect.stringContaining('127.0.0.1:1')],
      [expect.stringContaining('127.0.0.1:1')],
    ]);
    // That of the last time may be about to go.
    expect(node.listenerCount('ready') - before).toBeLessThan(2);
    node.disconnect();
  });
});
