import { getEventListeners } from 'node:events';
import { unlessAborted } from './unless-aborted.js';

describe('unless aborted', () => {
  it('is what comes of the work, and leaves no listener at a signal that many share', async () => {
    const { signal } = new AbortController();
    const all = Array.from({ length: 20 }, (_, n) => unlessAborted(Promise.resolve(n), signal));
    expect(await Promise.all(all)).toHaveLength(20);
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('waits for nobody once it is aborted, and before', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort(new Error('ended'));
    await expect(waiting).rejects.toThrow('ended');
    await expect(unlessAborted(Promise.reject(new Error('unheard')), controller.signal)).rejects.toThrow('ended');
  });
});
