import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import { fastify, type FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { payloadShape } from '../queues/payload-shape.js';
import { reportErrors } from '../queues/queue-errors.js';
import { JOB_NAMES, payloadSchema, QUEUE_NAMES, type QueueName } from '../queues/queue-map.js';
import { producerOptions } from '../queues/queue-options.js';
import { within } from '../time-limit.js';
import { BOARD_PATH } from './board-path.js';

/** Redis answers within this, or the page says that it is away. */
const ANSWER_MS = 4000;
const CLOSE_MS = 1000;

/** One request to the board: who asks and from where is not its business. */
export interface BoardRequest {
  readonly method: string;
  /** Path and query below {@link BOARD_PATH}. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What it answers. */
export interface BoardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Bull Board on connections of its own. Its routes stand on a Fastify that listens nowhere, because ours takes none once
 * it listens. Load this file on the first visit: with BullMQ it takes 0.3 s of CPU and 20 to 25 MB, which most processes never need.
 */
export class Board {
  private constructor(
    private readonly routes: FastifyInstance,
    private readonly queues: readonly Queue[],
  ) {}

  static async open(config: Config): Promise<Board> {
    const logger = new Logger('QueueBoard');
    const queues = QUEUE_NAMES.map((name) => new Queue(name, producerOptions(config, name)));
    for (const queue of queues) reportErrors(queue, `board of ${queue.name}`, logger);
    const isReadOnly = config.env.NABOOM_QUEUE_BOARD !== 'read-write';
    const serverAdapter = new FastifyAdapter();
    serverAdapter.setBasePath(BOARD_PATH);
    createBullBoard({
      queues: queues.map((queue) => adapterOf(queue, isReadOnly)),
      serverAdapter,
      // Who works is told by CLIENT LIST, which lists every client of the server: app_user may not, and need not.
      options: { uiConfig: { boardTitle: 'Naboom queues', showWorkers: false } },
    });
    const routes = fastify();
    await routes.register(serverAdapter.registerPlugin());
    await routes.ready();
    return new Board(routes, queues);
  }

  /** Rejects with a time-out when Redis does not answer. */
  async ask({ method, url, headers, body }: BoardRequest): Promise<BoardAnswer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const asked = this.routes.inject({
      method: method as 'GET',
      url,
      headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(payload === undefined ? {} : { payload }),
    });
    const answer = await within(ANSWER_MS, asked);
    const answered = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(answered) as Record<string, string>,
      body: answer.rawPayload,
    };
  }

  async close(): Promise<void> {
    await this.routes.close();
    await Promise.all(this.queues.map((queue) => within(CLOSE_MS, queue.close()).catch(() => undefined)));
  }
}

function adapterOf(queue: Queue, readOnlyMode: boolean): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { readOnlyMode });
  adapter.setFormatter('data', (data) => shownData(queue.name as QueueName, data));
  return adapter;
}

/** Payloads of our jobs hold no secret; of what is in no known shape, nothing but the shape is shown. */
function shownData(queue: QueueName, data: unknown): unknown {
  const isOurs = JOB_NAMES.some((job) => payloadSchema(queue, job)?.safeParse(data).success);
  return isOurs ? data : { shape: payloadShape(data) };
}
