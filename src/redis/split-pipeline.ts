import type { ChainableCommander } from 'ioredis';

type Replies = [error: Error | null, reply: unknown][];
type Sends = Record<string, (...args: unknown[]) => Promise<unknown>>;

/**
 * A pipeline whose commands may go to several nodes, which ioredis refuses: each is sent at once to the node of its key, in
 * order where that is the same. `exec` answers as a pipeline's does. Of its methods the commands and `exec` exist.
 */
export function splitPipeline(client: object): ChainableCommander {
  const calls: (() => Promise<unknown>)[] = [];
  const exec = async (): Promise<Replies> => {
    const settled = await Promise.allSettled(calls.map((call) => call()));
    return settled.map((one) => (one.status === 'fulfilled' ? [null, one.value] : [one.reason as Error, undefined]));
  };
  const queue: ChainableCommander = new Proxy({} as ChainableCommander, {
    get: (_, name) => {
      if (name === 'exec') return exec;
      // Nobody may take it for a promise.
      if (typeof name !== 'string' || name === 'then') return undefined;
      return (...args: unknown[]) => {
        calls.push(() => (client as Sends)[name]!(...args));
        return queue;
      };
    },
  });
  return queue;
}
