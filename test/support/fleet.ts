import { Client } from 'pg';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { eventually } from './eventually.js';
import { FleetNode } from './fleet-node.js';
import { judge } from './ledger.js';
import { Presses } from './presses.js';
import { tellSurvival, type Survival } from './survival.js';
import { startTestPostgres, type TestPostgres, type TestPostgresOptions } from './test-postgres.js';
import { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.js';
import { isAlive } from './worker-process.js';
import { Watcher } from './watcher.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from './webhook-receiver.js';

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
  readonly postgres?: TestPostgresOptions;
  /** A receiver of every event, which the ledger asks as well: each accepted alert must be told there at least once. */
  readonly webhooks?: boolean;
  /** Further variables of every process, stronger than ours: paths over a proxy, for example. */
  readonly env?: (servers: Servers, role: FleetRole) => Readonly<Record<string, string>>;
}

export interface DrillOptions {
  /** Presses a second; 40 unless it is said. */
  readonly perSecond?: number;
  /** How long an alert pressed after the fault may take until every watcher has it, ms. */
  readonly withinMs?: number;
  readonly note?: string;
  /** false: adds no line to the table, for a drill of the drill itself. */
  readonly tell?: boolean;
  /** Where phones press and watchers watch; at the API processes themselves unless it is said. */
  readonly urls?: readonly string[];
}

/** What a drill came to, for what else a test wants to know. */
export interface DrillResult extends Survival {
  readonly presses: Presses;
  readonly watchers: readonly Watcher[];
  readonly recovery: number;
  /** The part of `recovery` after the fault was mended, ms. */
  readonly healing: number;
}

interface Parts extends Servers {
  readonly receiver: WebhookReceiver | undefined;
  readonly envOf: (role: FleetRole) => Readonly<Record<string, string>>;
}

/** The whole product in processes of its own, on servers of its own, and a ledger of what it accepts and tells. */
export class Fleet {
  readonly redis: TestRedis;
  readonly postgres: TestPostgres;
  readonly receiver: WebhookReceiver | undefined;
  /** What a process of a role gets, for one that is started beside the others. */
  readonly envOf: Parts['envOf'];

  private constructor(
    parts: Parts,
    readonly apis: readonly FleetNode[],
    readonly workers: readonly FleetNode[],
  ) {
    this.redis = parts.redis;
    this.postgres = parts.postgres;
    this.receiver = parts.receiver;
    this.envOf = parts.envOf;
  }

  /** About 6 s. */
  static async start({ apis = 2, workers = 1, env, ...options }: FleetOptions = {}): Promise<Fleet> {
    const [redis, postgres] = await Promise.all([startTestRedis(options.redis), startTestPostgres(options.postgres)]);
    const receiver = options.webhooks ? await startWebhookReceiver(WEBHOOK_SECRET) : undefined;
    const envOf = (role: FleetRole) => ({
      ...redis.env,
      DATABASE_URL: postgres.url,
      NABOOM_FLOOD_PER_ADDRESS: '1000000',
      NABOOM_FLOOD_TOTAL: '1000000',
      ...(receiver ? webhookEnv(receiver) : {}),
      ...env?.({ redis, postgres }, role),
    });
    const node = async (role: FleetRole) => new FleetNode({ role, env: envOf(role), port: await freePort() });
    const many = (role: FleetRole, count: number) => Promise.all(Array.from({ length: count }, () => node(role)));
    const parts = { redis, postgres, receiver, envOf };
    const fleet = new Fleet(parts, await many('api', apis), await many('worker', workers));
    const starts = await Promise.allSettled(fleet.nodes.map((each) => each.start()));
    const failed = starts.find((start) => start.status === 'rejected');
    if (!failed) return fleet;
    await fleet.stop(); // nobody else knows of those that did start
    throw failed.reason;
  }

  /** Brings back whatever is away, for what comes after a drill that failed half-way. */
  async mend(): Promise<void> {
    const { redis, postgres } = this;
    redis.resume();
    postgres.resume();
    for (const server of [redis, postgres]) if (!isAlive(server.pid)) await server.restart();
    await Promise.all(this.nodes.filter(({ isRunning }) => !isRunning).map((node) => node.start()));
  }

  async stop(): Promise<void> {
    this.redis.resume();
    this.postgres.resume();
    await Promise.all(this.nodes.map((each) => each.kill9()));
    await Promise.all([this.redis.stop(), this.postgres.stop(), this.receiver?.close()]);
  }

  get nodes(): FleetNode[] {
    return [...this.apis, ...this.workers];
  }

  get urls(): string[] {
    return this.apis.map(({ url }) => url);
  }

  /** Runs SQL on the record. */
  readonly sql = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: this.postgres.url, connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  };

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
    const { perSecond = 40, withinMs = 30_000, note, tell = true, urls = this.urls } = options;
    const before = new Set((await this.sql('select id from alerts')).map(({ id }) => String(id)));
    const watchers = [...urls, ...urls].map((url) => new Watcher(url));
    const presses = new Presses(urls);
    try {
      await eventually(() => watchers.every(({ cursor }) => cursor !== undefined), { what: 'watchers that watch' });
      presses.start(perSecond);
      await eventually(() => presses.accepted.length >= perSecond / 2, { what: 'presses that are accepted' });
      const broken = Date.now();
      await fault(presses);
      const mended = Date.now();
      const first = presses.press();
      await eventually(() => watchers.every(({ seen }) => [...first.ids].some((id) => seen.has(id))), {
        withinMs,
        what: 'an alert of after the fault with every watcher',
      });
      const recovery = Date.now() - broken;
      await presses.stop();
      const { receiver, sql } = this;
      const verdict = await judge({ presses, watchers, receiver, before, sql, url: urls[0]! });
      const row = { drill: name, ...verdict, recovery, ...(note ? { note } : {}) };
      if (tell) tellSurvival(row);
      this.#expectNoCrash();
      return { ...row, healing: recovery - (mended - broken), presses, watchers };
    } catch (error) {
      await this.mend();
      throw error;
    } finally {
      await presses.stop(0);
      for (const watcher of watchers) watcher.close();
    }
  }

  /** A process that a fault of a server ended has failed, although another one took its load. */
  #expectNoCrash(): void {
    const crashed = this.nodes.filter(({ isAsWeLeftIt }) => !isAsWeLeftIt);
    if (crashed.length > 0) throw new Error(`ended by itself: ${crashed.map(({ node }) => node.log()).join('\n')}`);
  }
}

function webhookEnv(receiver: WebhookReceiver): Record<string, string> {
  return {
    NABOOM_WEBHOOK_URLS: receiver.url(),
    NABOOM_WEBHOOK_SECRET: WEBHOOK_SECRET,
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
}
