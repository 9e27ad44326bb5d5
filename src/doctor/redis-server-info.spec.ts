import { evictionComplaints, persistenceComplaints, readInfo, versionComplaints } from './redis-server-info.js';

const INFO = '# Server\r\nredis_version:6.0.16\r\n# Memory\r\nmaxmemory_policy:volatile-lru\r\naof_enabled:0\r\n';

describe('what INFO says of a server', () => {
  it('is read as fields, without the headings', () => {
    expect(readInfo(INFO)).toEqual({ redis_version: '6.0.16', maxmemory_policy: 'volatile-lru', aof_enabled: '0' });
  });

  it('refuses a version that is too old, naming the remedy', () => {
    expect(versionComplaints(readInfo(INFO), 'cache:6379')).toEqual([
      expect.stringMatching(/^Redis at cache:6379 is version 6\.0\.16, but 7\.0 or later is needed: upgrade it/),
    ]);
    expect(versionComplaints({ redis_version: '7.0.0' }, 'cache:6379')).toEqual([]);
    expect(versionComplaints({ redis_version: '10.1.0' }, 'cache:6379')).toEqual([]);
    expect(versionComplaints({}, 'cache:6379')).toHaveLength(1);
  });

  it('refuses every policy that evicts, and an unknown one', () => {
    expect(evictionComplaints(readInfo(INFO))).toHaveLength(1);
    expect(evictionComplaints({})).toHaveLength(1);
    expect(evictionComplaints({ maxmemory_policy: 'noeviction' })).toEqual([]);
  });

  it('sees persistence that is off or failing', () => {
    const well = { aof_enabled: '1', aof_last_write_status: 'ok', rdb_last_bgsave_status: 'ok' };
    expect(persistenceComplaints(well)).toEqual([]);
    expect(persistenceComplaints({ ...well, aof_enabled: '0' })).toHaveLength(1);
    expect(persistenceComplaints({ ...well, aof_last_write_status: 'err' })).toHaveLength(1);
    expect(persistenceComplaints({ ...well, rdb_last_bgsave_status: 'err' })).toHaveLength(1);
  });
});
