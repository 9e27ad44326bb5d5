// @ts-expect-error The page is plain JavaScript without types.
import { createReachTeller as untyped } from '../../web/reach-teller.js';

type Send = (event: string, payload: { id: string }) => Promise<object | undefined>;
interface ReachTeller {
  received(id: string): void;
  seen(id: string): void;
  resume(): void;
}

const createReachTeller = untyped as (send: Send) => ReachTeller;

describe('the page, telling how far alerts came,', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits as long as the server asks, then says the same again, and goes on in order', async () => {
    const sent: string[] = [];
    const teller = createReachTeller(async (event, { id }) => {
      sent.push(`${event} ${id}`);
      return sent.length === 1 ? { status: 429, retryAfter: 3 } : { id };
    });
    teller.received('a');
    teller.seen('a');
    teller.received('a');
    await jest.advanceTimersByTimeAsync(2999);
    expect(sent).toEqual(['alert:received a']);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent).toEqual(['alert:received a', 'alert:received a', 'alert:seen a']);
  });

  it('keeps what could not be sent until there is a connection again', async () => {
    const sent: string[] = [];
    let connected = false;
    const teller = createReachTeller(async (event, { id }) => {
      if (!connected) return undefined;
      sent.push(`${event} ${id}`);
      return { id };
    });
    teller.received('a');
    await jest.advanceTimersByTimeAsync(0);
    connected = true;
    teller.resume();
    await jest.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['alert:received a']);
  });
});
