import { Fleet, type FleetOptions, type FleetRole } from './fleet.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** The paths of one role to its servers. */
export interface ServerPaths {
  readonly redis: TcpProxy;
  readonly postgres: TcpProxy;
}

/** A fleet each of whose network paths can be made bad by itself. */
export interface BadNetwork {
  readonly fleet: Fleet;
  readonly paths: Readonly<Record<FleetRole, ServerPaths>>;
  /** From phones and responders to each API process. */
  readonly toApis: readonly TcpProxy[];
  /** Where phones press and watchers watch. */
  readonly urls: readonly string[];
  /** Undoes what was done to any path. */
  mendAll(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a fleet behind proxies (about 7 s). */
export async function startBadNetwork(options: Omit<FleetOptions, 'env'> = {}): Promise<BadNetwork> {
  const servers = { redis: 0, postgres: 0 };
  const pathsOf = async (): Promise<ServerPaths> => ({
    redis: await startTcpProxy(() => ({ port: servers.redis })),
    postgres: await startTcpProxy(() => ({ port: servers.postgres })),
  });
  const paths = { api: await pathsOf(), worker: await pathsOf() };
  const fleet = await Fleet.start({
    ...options,
    env: ({ redis, postgres }, role) => {
      Object.assign(servers, { redis: redis.port, postgres: postgres.port });
      const url = new URL(postgres.url);
      url.port = String(paths[role].postgres.port);
      return { REDIS_URL: `redis://127.0.0.1:${paths[role].redis.port}`, DATABASE_URL: url.href };
    },
  });
  const toApis = await Promise.all(fleet.urls.map((url) => startTcpProxy({ port: Number(new URL(url).port) })));
  const all = [...Object.values(paths).flatMap(({ redis, postgres }) => [redis, postgres]), ...toApis];
  return {
    fleet,
    paths,
    toApis,
    urls: toApis.map(({ port }) => `http://127.0.0.1:${port}`),
    mendAll: async () => void (await Promise.all(all.map((path) => path.mend()))),
    async stop() {
      await Promise.all(all.map((path) => path.mend()));
      await fleet.stop();
      await Promise.all(all.map((path) => path.close()));
    },
  };
}
