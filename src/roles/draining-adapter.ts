import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** Longer than any request takes to arrive and to be answered; what is still under way then is cut. */
const ANSWER_WITHIN_MS = 20_000;
/** What has connected and not said by then what it wants is cut: browsers open connections that they never use. */
const ASK_WITHIN_MS = 1000;
const LOOK_EVERY_MS = 20;

/**
 * A server that ends without failing anybody: whatever came in by a connection that was accepted is answered as ever.
 * Nest alone destroys every connection, also one whose panic is just being stored, and Fastify answers 503 to what still
 * comes by those that stay open.
 */
export class DrainingAdapter extends FastifyAdapter {
  #graceMs = 0;
  #answerWithinMs = ANSWER_WITHIN_MS;
  #onDrain: () => void = () => undefined;
  #draining = false;
  #underWay = 0;

  /**
   * Call it before it listens.
   * @param graceMs how long it goes on as before once it shall end, so that balancers see that it is not ready
   * @param answerWithinMs how long after that it waits for answers to what it has taken
   */
  drainFor(graceMs: number, answerWithinMs = ANSWER_WITHIN_MS): this {
    this.#graceMs = graceMs;
    this.#answerWithinMs = answerWithinMs;
    this.#countRequests(this.getInstance() as unknown as FastifyInstance);
    return this;
  }

  /** Calls `listener` as soon as the process is asked to end. */
  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  /** First of all when the process is asked to end; everything else waits for it. */
  // Nest awaits it (`NestApplication.prepareClose`), whatever its type says.
  // oxlint-disable-next-line typescript/no-misused-promises
  override async beforeClose(): Promise<void> {
    super.beforeClose();
    this.#draining = true;
    this.#onDrain();
    await delay(this.#graceMs);
  }

  /** Last, when sockets and readers have ended. */
  override async close(): Promise<void> {
    const { server } = this.getInstance() as unknown as FastifyInstance;
    const closed = once(server, 'close');
    server.close(); // accepts no more, and ends the connections that are idle
    const deadline = performance.now() + this.#answerWithinMs;
    while (this.#underWay > 0 && performance.now() < deadline) await delay(LOOK_EVERY_MS);
    server.closeIdleConnections(); // those that have just become so
    // From its end on, Node cuts nobody any more for being slow: one silent connection would hold the process for ever.
    await Promise.race([closed, delay(ASK_WITHIN_MS, undefined, { ref: false })]);
    server.closeAllConnections();
    return super.close();
  }

  #countRequests(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.#underWay += 1;
      // Once, also when its sender went away before it was answered.
      reply.raw.once('close', () => (this.#underWay -= 1));
      // The client opens its next connection elsewhere, at a moment when nothing is on its way by this one.
      if (this.#draining) void reply.header('connection', 'close');
      done();
    });
  }
}
