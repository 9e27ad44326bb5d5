import { startTestNode, TEST_OPERATOR_KEY, type TestNode, type TestNodeOptions } from './test-node.js';
import { isAlive } from './worker-process.js';

/** What a health endpoint says. */
export interface HealthAnswer {
  readonly code: number;
  readonly body: Readonly<Record<string, unknown>>;
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

  get isRunning(): boolean {
    return this.#node !== undefined && isAlive(this.#node.pid);
  }

  /** True where it runs, or was ended by us: what ends by itself has crashed. */
  get isAsWeLeftIt(): boolean {
    return this.#node === undefined || isAlive(this.#node.pid);
  }

  /** @param waitFor what must answer first; `/health/live` where what it needs is away */
  async start(waitFor: TestNodeOptions['waitFor'] = this.options.waitFor): Promise<void> {
    this.#node = await startTestNode({ ...this.options, ...(waitFor ? { waitFor } : {}) });
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

  /** What it says of itself and its servers, as an operator sees it. */
  async health(
    path: '/health' | '/health/ready' | '/health/live' | '/health/redis' = '/health',
  ): Promise<HealthAnswer> {
    const response = await fetch(this.url + path, {
      headers: { authorization: `Bearer ${TEST_OPERATOR_KEY}` },
      signal: AbortSignal.timeout(5000),
    });
    return { code: response.status, body: (await response.json()) as HealthAnswer['body'] };
  }
}
