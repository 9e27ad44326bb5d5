import { Redis } from 'ioredis';
import { classifyRedisError } from '../../src/redis/redis-error.js';
import { REDIS_ROLE_NAMES, type RedisRoleName } from '../../src/redis/redis.roles.js';
import type { RoleRedis } from '../../src/redis/role-redis.js';
import { forbiddenActions } from '../support/acl-forbidden.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';

let server: AclServer;
beforeAll(async () => {
  server = await startAclServer();
});
afterAll(() => server.stop());

/** The code of the refusal; what the server answered where it did not refuse. */
async function outcome(connection: RoleRedis, [command = '', ...args]: string[]): Promise<string> {
  try {
    return `answered ${JSON.stringify(await connection.call(command, ...args))}`;
  } catch (error) {
    const { code } = classifyRedisError(error);
    return code === 'REDIS_NOPERM' ? code : `${code}: ${(error as Error).message}`;
  }
}

it.each(REDIS_ROLE_NAMES)('refuses %s at least 80 things, each for want of a permission', async (role) => {
  const connection = await server.open(role);
  const actions = forbiddenActions(role);
  expect(new Set(actions.map((words) => words.join(' '))).size).toBe(actions.length);
  expect(actions.length).toBeGreaterThanOrEqual(80);
  const letThrough: string[] = [];
  for (const words of actions) {
    const got = await outcome(connection, words);
    if (got !== 'REDIS_NOPERM') letThrough.push(`${words.join(' ')} -> ${got}`);
  }
  expect(letThrough).toEqual([]);
});

describe('signing in', () => {
  const attempts = (): [string, object][] => {
    const { app, websocket } = server.config.roles;
    return [
      ['nobody', {}],
      ['a wrong password', { username: app.username, password: 'wrong' }],
      ["another user's password", { username: app.username, password: websocket.password }],
      ["a user's name in capitals", { username: 'APP_USER', password: app.password }],
      ['the default user', { username: 'default', password: app.password }],
      ['the administrator with another password', { username: 'naboom_admin', password: app.password }],
    ];
  };

  it('refuses everybody but the user with its own password', async () => {
    for (const [who, credentials] of attempts()) {
      const client = new Redis({
        port: server.redis.port,
        ...credentials,
        disableClientInfo: true,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
      });
      client.on('error', () => undefined);
      const ping = await client.ping().catch((error: unknown) => classifyRedisError(error).code);
      client.disconnect();
      expect([who, ping]).toEqual([who, expect.stringMatching(/REDIS_(WRONGPASS|NOAUTH)/)]);
    }
  });

  it('keeps a connection as its user when it guesses at the administrator', async () => {
    const roles: RedisRoleName[] = ['app', 'realtime'];
    for (const role of roles) {
      const connection = await server.open(role);
      await expect(connection.auth('naboom_admin', 'guess')).rejects.toThrow(/WRONGPASS/);
      expect(await connection.client('INFO')).toContain(` user=${server.config.roles[role].username} `);
    }
  });
});
