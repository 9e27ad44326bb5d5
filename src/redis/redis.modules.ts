import {
  Inject,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { RoleConnections } from './role-connections.js';
import type { RedisRoleName } from './redis.roles.js';

/** Roles that a module may import; the queue's connections belong to BullMQ, which opens and closes its own. */
export type InjectableRedisRole = Exclude<RedisRoleName, 'queue'>;

const token = (role: InjectableRedisRole) => `RedisRole:${role}`;

/** Injects the {@link RoleConnections} of a role; fails at boot where the module did not import that role. */
export const InjectRedis = (role: InjectableRedisRole): ParameterDecorator => Inject(token(role));

/**
 * Closes the connections of all roles at once, after everything that might still write has stopped: one after the other, a
 * Redis that hangs would hold up a stop by each.
 */
@Injectable()
class ClosingRoles implements OnApplicationShutdown {
  readonly #opened: RoleConnections[] = [];

  add(connections: RoleConnections): void {
    this.#opened.push(connections);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#opened.map((connections) => connections.close()));
  }
}

@Module({ providers: [ClosingRoles], exports: [ClosingRoles] })
class ClosingRolesModule {}

/** Whoever opens a connection sees to it that it is closed. */
function lifecycleOf(role: InjectableRedisRole): Type<OnModuleInit> {
  @Injectable()
  class RedisLifecycle implements OnModuleInit {
    constructor(
      @InjectRedis(role) private readonly connections: RoleConnections,
      @Inject(ClosingRoles) private readonly closing: ClosingRoles,
    ) {}

    onModuleInit(): void {
      this.closing.add(this.connections);
      this.connections.connect();
    }
  }
  return RedisLifecycle;
}

function createConnections(role: InjectableRedisRole, config: Config): RoleConnections {
  const connections = new RoleConnections(role, config.redis.roles[role]);
  const logger = new Logger(`Redis:${role}`);
  let reported: string | undefined;
  connections.commands.on('error', () => {
    const failure = connections.commands.lastFailure;
    if (!failure || failure.code === reported) return;
    reported = failure.code;
    logger.error({ code: failure.code, user: config.redis.roles[role].username ?? 'default' }, failure.message);
  });
  connections.commands.on('ready', () => {
    if (reported) logger.log('connected again');
    reported = undefined;
  });
  return connections;
}

@Module({})
class RedisRoleModule {}

/** One module object a role: importing it is the permission to use that role. None is global. */
function redisModule(role: InjectableRedisRole): DynamicModule {
  const lifecycle = lifecycleOf(role);
  return {
    module: class extends RedisRoleModule {},
    imports: [ClosingRolesModule],
    providers: [
      { provide: token(role), inject: [CONFIG], useFactory: (config: Config) => createConnections(role, config) },
      lifecycle,
    ],
    exports: [token(role)],
  };
}

export const AppRedis = redisModule('app');
export const WebsocketRedis = redisModule('websocket');
export const RealtimeRedis = redisModule('realtime');
export const MonitoringRedis = redisModule('monitoring');
