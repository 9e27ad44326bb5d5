import { inspect } from 'node:util';
import { classifyConnectionError, classifyRedisError, scrubRedisError } from './redis-error.js';

describe('classifyRedisError', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'REDIS_WRONGPASS'],
    ['NOAUTH Authentication required.', 'REDIS_NOAUTH'],
    ['NOAUTH HELLO must be called with the client already authenticated', 'REDIS_NOAUTH'],
    ["NOPERM this user has no permissions to run the 'get' command", 'REDIS_NOPERM'],
    ["ERR The user executing the script can't run this command or subcommand script: abc", 'REDIS_NOPERM'],
    ["ERR ACL failure in script: User x has no permissions to run the 'get' command", 'REDIS_NOPERM'],
    ["READONLY You can't write against a read only replica.", 'REDIS_READONLY'],
    ['LOADING Redis is loading the dataset in memory', 'REDIS_LOADING'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'REDIS_OOM'],
    ['MISCONF Redis is configured to save RDB snapshots', 'REDIS_MISCONF'],
    ['self-signed certificate in certificate chain', 'REDIS_TLS'],
    ['Command timed out', 'REDIS_TIMEOUT'],
    ['connect ETIMEDOUT', 'REDIS_TIMEOUT'],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'REDIS_UNREACHABLE'],
    ["Stream isn't writeable and enableOfflineQueue options is false", 'REDIS_UNREACHABLE'],
    ['Reached the max retries per request limit (which is 0).', 'REDIS_UNREACHABLE'],
    ['Connection is closed.', 'REDIS_UNREACHABLE'],
    ['CLUSTERDOWN The cluster is down', 'REDIS_UNREACHABLE'],
    ['MOVED 9189 127.0.0.1:7001', 'REDIS_UNREACHABLE'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'REDIS_UNREACHABLE'],
    ['ERR unknown command', 'REDIS_ERROR'],
  ])('sorts "%s" as %s', (message, code) => {
    expect(classifyRedisError(new Error(message)).code).toBe(code);
  });

  it.each([
    ['All sentinels are unreachable. Retrying from scratch after 50ms.', /none knows a master of that name/],
    [
      'All sentinels are unreachable and retry is disabled. Last error: connect ECONNREFUSED ::1:1',
      /cannot be reached/,
    ],
    ['All sentinels are unreachable and retry is disabled. Last error: certificate has expired', /renew it/],
    ['All sentinels are unreachable and retry is disabled. Last error: ERR No such master with', /of that name/],
  ])('says why no sentinel helps: "%s"', (message, why) => {
    const failure = classifyRedisError(new Error(message));
    expect(failure.code).toBe('REDIS_NO_MASTER');
    expect(failure.message).toMatch(why);
  });

  it.each([
    ['NOREPLICAS Not enough good replicas to write.', /min-replicas-to-write/],
    ['BUSY Redis is busy running a script.', /a script that does not end/],
  ])('says what "%s" means', (message, words) => {
    expect(classifyRedisError(new Error(message)).message).toMatch(words);
  });

  it('sorts by the code where the message is empty, as of an AggregateError', () => {
    expect(classifyRedisError(Object.assign(new Error(''), { code: 'ECONNREFUSED' })).code).toBe('REDIS_UNREACHABLE');
  });

  it.each([undefined, null, 'x', 7, {}])('sorts %p without throwing', (thrown) => {
    expect(classifyRedisError(thrown).code).toBe('REDIS_ERROR');
  });
});

describe('classifyConnectionError', () => {
  it('asks about TLS only where nothing was ever served', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const stage = { tls: false, status: 'connect' };
    expect(classifyConnectionError(reset, { ...stage, hasServed: false }).message).toContain('speaks TLS');
    expect(classifyConnectionError(reset, { ...stage, hasServed: true }).message).toBe('Redis cannot be reached');
  });
});

describe('scrubRedisError', () => {
  it('removes the password that ioredis puts beside the message', () => {
    const error = Object.assign(new Error('WRONGPASS'), {
      command: { name: 'hello', args: ['3', 'AUTH', 'app_user', 'hunter2'] },
      input: 'redis://app_user:hunter2@host',
      lastNodeError: Object.assign(new Error('x'), { command: { name: 'auth', args: ['hunter2'] } }),
    });
    scrubRedisError(error);
    expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('hunter2');
    expect(inspect(error)).toContain('hello');
  });

  it('removes the arguments that a server repeats of a command that it does not know', () => {
    const words = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'app_user' 'hunter2' ";
    const error = new Error(words);
    scrubRedisError(error);
    expect(inspect(error) + String(error.stack)).not.toContain('hunter2');
    expect(error.message).toBe("ERR unknown command 'HELLO'");
  });
});
