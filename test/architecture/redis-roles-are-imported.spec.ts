import { Inject, Injectable, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { AppRedis, InjectRedis, RealtimeRedis } from '../../src/redis/redis.modules.js';
import type { RoleConnections } from '../../src/redis/role-connections.js';

// Nobody listens there: wiring needs no server.
const config = loadConfig({
  NABOOM_OPERATOR_KEY: 'k'.repeat(32),
  DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
  REDIS_URL: '127.0.0.1:1',
});

@Injectable()
class StreamWriter {
  constructor(@InjectRedis('realtime') readonly redis: RoleConnections) {}
}

function boot(module: Type) {
  return Test.createTestingModule({ imports: [ConfigModule.with(config), module] }).compile();
}

describe('importing a Redis role is the permission to use it', () => {
  it('boots a module with the role that it imports', async () => {
    @Module({ imports: [RealtimeRedis], providers: [StreamWriter] })
    class Permitted {}
    const app = await boot(Permitted);
    expect(app.get(StreamWriter).redis.role).toBe('realtime');
    await app.close();
  });

  it('does not boot a module with a role that it did not import', async () => {
    @Module({ imports: [AppRedis], providers: [StreamWriter] })
    class Forbidden {}
    await expect(boot(Forbidden)).rejects.toThrow('RedisRole:realtime');
  });

  it('gives all modules of a process the same connections of a role', async () => {
    const tokens: RoleConnections[] = [];
    @Injectable()
    class First {
      constructor(@InjectRedis('app') redis: RoleConnections, @Inject(StreamWriter) writer: StreamWriter) {
        tokens.push(redis, writer.redis);
      }
    }
    @Injectable()
    class Second {
      constructor(@InjectRedis('app') redis: RoleConnections) {
        tokens.push(redis);
      }
    }
    @Module({ imports: [AppRedis], providers: [Second] })
    class Inner {}
    @Module({ imports: [AppRedis, RealtimeRedis, Inner], providers: [First, StreamWriter] })
    class Outer {}
    const app = await boot(Outer);
    expect(tokens.filter(({ role }) => role === 'app')).toHaveLength(2);
    expect(new Set(tokens).size).toBe(2);
    await app.close();
  });
});
