import { Client } from 'pg';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { eventually } from './eventually.js';
import { Presses } from './presses.js';
import { tellSurvival, type Survival } from './survival.js';
import { startTestNode, type TestNode, type TestNodeOptions } from './test-node.js';
import { startTestPostgres, type TestPostgres } from './test-postgres.js';
import { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.js';
import { Watcher } from './watcher.js';

export type FleetRole = 'api' | 'worker';

export interface Servers {
  readonly redis: TestRedis;
  readonly postgres: TestPostgres;
}

export interface FleetOptions {
  /** API processes; 2 unless it is said. */
  readonly apis?: number;
  /** Workers; 1 unless it is said. */
  readonly workers?: number;
  readonly redis?: TestRedisOptions;
  /** Further variables of every process, stronger than ours: paths over a proxy, for example. */
  readonly env?: (servers: Servers, role: FleetRole) => Readonly<Record<string, string>>;
}

export interface DrillOptions {
  /** Presses a second; 40 unless it is said. */
  readonly perSecond?: number;
  /** How long an alert pressed after the fault may take until every watcher has it, ms. */
  readonly withinMs?: number;
  readonly note?: string;
  /** Where phones press and watchers watch; at the API processes themselves unless it is said. */
  readonly urls?: readonly string[];
}

/** What a drill came to, for what else a test wants to know. */
export interface DrillResult extends Survival {
  readonly presses: Presses;
  readonly watchers: readonly Watcher[];
  readonly recovery: number;
}

/** A process of ours that can go and come back at its place. */
export class FleetNode {
  #node: TestNode | undefined;

  constructor(
    private readonly options: TestNodeOptions & { readonly port: number },
    readonly url = `http://${options.host ?? '127.0.0.1'}:${options.port}`,
  ) {}

  get node(): TestNode {
    if (!this.#node) throw new Error('this process is not running');
    return this.#node;
  }

  async start(): Promise<void> {
    this.#node = await startTestNode(this.options);
  }

  async kill9(): Promise<void> {
    await this.#node?.kill9();
    this.#node = undefined;
  }

  /** Asks it to stop; its exit code. */
  async stop(): Promise<number | null> {
    const code = (await this.#node?.stop()) ?? null;
    this.#node = undefined;
    return code;
  }
}

/** The whole product in processes of its own, on servers of its own, and a ledger of what it accepts and tells. */
export class Fleet {
  private constructor(
    readonly redis: TestRedis,
    readonly postgres: TestPostgres,
    readonly apis: readonly FleetNode[],
    readonly workers: readonly FleetNode[],
    /** What a process of a role gets, for one that is started beside the others. */
    readonly envOf: (role: FleetRole) => Readonly<Record<string, string>>,
  ) {}

  /** About 6 s. */
  static async start({ apis = 2, workers = 1, redis: redisOptions = {}, env }: FleetOptions = {}): Promise<Fleet> {
    const [redis, postgres] = await Promise.all([startTestRedis(redisOptions), startTestPostgres()]);
    const envOf = (role: FleetRole) => ({
      ...redis.env,
      DATABASE_URL: postgres.url,
      NABOOM_FLOOD_PER_ADDRESS: '1000000',
      NABOOM_FLOOD_TOTAL: '1000000',
      ...env?.({ redis, postgres }, role),
    });
    const node = async (role: FleetRole) => new FleetNode({ role, env: envOf(role), port: await freePort() });
    const many = (role: FleetRole, count: number) => Promise.all(Array.from({ length: count }, () => node(role)));
    const fleet = new Fleet(redis, postgres, await many('api', apis), await many('worker', workers), envOf);
    await Promise.all([...fleet.apis, ...fleet.workers].map((each) => each.start()));
    return fleet;
  }

  async stop(): Promise<void> {
    this.redis.resume();
    this.postgres.resume();
    await Promise.all([...this.apis, ...this.workers].map((each) => each.kill9()));
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }

  get urls(): string[] {
    return this.apis.map(({ url }) => url);
  }

  /** Runs SQL on the record. */
  async sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.postgres.url, connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Lets phones press and responders watch, breaks something, and waits until an alert pressed after that is with every
   * watcher and every press is answered. Adds a line to the table.
   * @param fault breaks it, and mends what does not mend itself; resolves when that is done
   */
  async drill(
    name: string,
    fault: (presses: Presses) => Promise<void>,
    options: DrillOptions = {},
  ): Promise<DrillResult> {
    const { perSecond = 40, withinMs = 30_000, note, urls = this.urls } = options;
    const before = new Set((await this.sql('select id from alerts')).map(({ id }) => String(id)));
    const watchers = [...urls, ...urls].map((url) => new Watcher(url));
    const presses = new Presses(urls);
    try {
      await eventually(() => watchers.every(({ cursor }) => cursor !== undefined), { what: 'watchers that watch' });
      presses.start(perSecond);
      await eventually(() => presses.accepted.length >= perSecond / 2, { what: 'presses that are accepted' });
      const broken = Date.now();
      await fault(presses);
      const first = presses.press();
      await eventually(() => watchers.every(({ seen }) => [...first.ids].some((id) => seen.has(id))), {
        withinMs,
        what: 'an alert of after the fault with every watcher',
      });
      const recovery = Date.now() - broken;
      await presses.stop();
      const verdict = await this.#judge(presses, watchers, before);
      const row = { drill: name, ...verdict, recovery, ...(note ? { note } : {}) };
      tellSurvival(row);
      return { ...row, presses, watchers };
    } finally {
      await presses.stop(0);
      for (const watcher of watchers) watcher.close();
    }
  }

  async #judge(
    presses: Presses,
    watchers: readonly Watcher[],
    before: ReadonlySet<string>,
  ): Promise<Pick<Survival, 'accepted' | 'delivered' | 'lost' | 'doubled'>> {
    const { accepted, entries } = presses;
    const ids = accepted.flatMap((entry) => [...entry.ids]);
    const missing = () => ids.filter((id) => !watchers.every(({ seen }) => seen.has(id)));
    // What is late is not lost; what does not come at all is.
    await eventually(() => missing().length === 0, { withinMs: 15_000 }).catch(() => undefined);
    const stored = (await this.sql('select id from alerts'))
      .map(({ id }) => String(id))
      .filter((id) => !before.has(id));
    const known = new Set(stored);
    const lost = new Set([...missing(), ...ids.filter((id) => !known.has(id))]);
    const twice = Math.max(0, stored.length - entries.length) + accepted.filter((entry) => entry.ids.size > 1).length;
    return {
      accepted: accepted.length,
      delivered: ids.length - missing().length,
      lost: lost.size + (entries.length - accepted.length),
      doubled: twice + watchers.reduce((sum, { disorder }) => sum + disorder.length, 0),
    };
  }
}
