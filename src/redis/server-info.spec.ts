import { countIn, evictionProblem, persistenceProblems, readServerInfo, versionProblem } from './server-info.js';

const INFO = '# Server\r\nredis_version:6.0.16\r\n# Keyspace\r\ndb0:keys=5,expires=1\r\n';
const infoOf = (fields: Record<string, string>) => new Map(Object.entries(fields));

describe('what INFO says of a server', () => {
  it('is read as fields, without the headings', () => {
    const info = readServerInfo(INFO);
    expect([...info.keys()]).toEqual(['redis_version', 'db0']);
    expect(countIn(info, 'db0', 'keys')).toBe(5);
    expect(countIn(info, 'db1', 'keys')).toBe(0);
  });

  it.each([
    ['6.0.16', /^Redis at cache:6379 is version 6\.0\.16, but 7\.0 or later is needed: upgrade it/],
    ['x', /version x/],
  ])('refuses version %s and names the remedy', (redis_version, problem) => {
    expect(versionProblem(infoOf({ redis_version }), 'cache:6379')).toMatch(problem);
  });

  it.each(['7.0.0', '10.1.0'])('takes version %s', (redis_version) => {
    expect(versionProblem(infoOf({ redis_version }), 'cache:6379')).toBeUndefined();
  });

  it('refuses a policy that evicts keys without an end, and no other', () => {
    expect(evictionProblem(infoOf({ maxmemory_policy: 'allkeys-lru' }))).toContain('noeviction');
    expect(evictionProblem(infoOf({ maxmemory_policy: 'noeviction' }))).toBeUndefined();
    expect(evictionProblem(infoOf({ maxmemory_policy: 'volatile-lru' }))).toBeUndefined();
  });

  it('sees persistence that is off or failing', () => {
    const well = { aof_enabled: '1', aof_last_write_status: 'ok', rdb_last_bgsave_status: 'ok' };
    expect(persistenceProblems(infoOf(well))).toEqual([]);
    expect(persistenceProblems(infoOf({ ...well, aof_enabled: '0' }))).toHaveLength(1);
    expect(persistenceProblems(infoOf({ ...well, aof_last_write_status: 'err' }))).toHaveLength(1);
    expect(persistenceProblems(infoOf({ ...well, rdb_last_bgsave_status: 'err' }))).toHaveLength(1);
  });
});
