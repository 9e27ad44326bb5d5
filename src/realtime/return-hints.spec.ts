import type { LiveSockets, SocketGroup } from './live-sockets.js';
import type { PreFramed } from './pre-framed.js';
import { ReturnHints, returnWithin } from './return-hints.js';
import type { RealtimeSocket } from './socket-events.js';

describe('over how long sockets shall come back', () => {
  it.each([
    [1, 1000],
    [1000, 1000],
    [1001, 1100],
    [5000, 5000],
    [100_000, 30_000],
  ])('%i of them: %i ms', (sockets, ms) => {
    expect(returnWithin(sockets)).toBe(ms);
  });
});

describe('sockets', () => {
  /** Sockets that note what they are told: all of them, or one that has just come. */
  function hints() {
    const told: string[] = [];
    const sockets = {
      size: 0,
      writer: { write: (_socket: RealtimeSocket, { bytes }: PreFramed) => told.push(`one ${bytes.toString()}`) },
      groups: () => [{} as SocketGroup],
      send: (_group: SocketGroup, { bytes }: PreFramed) => void told.push(`all ${bytes.toString()}`),
      checkSoon: () => undefined,
    };
    const returns = new ReturnHints(sockets as unknown as LiveSockets);
    const become = (size: number) => {
      sockets.size = size;
      returns.tellWhenOutdated();
      return told.splice(0);
    };
    return { become, greet: () => (returns.greet({} as RealtimeSocket), told.splice(0)) };
  }

  it('are told anew when what they know has become wrong by half, and not before', () => {
    const { become } = hints();
    expect(become(1400)).toEqual([]);
    expect(become(1500)).toEqual([expect.stringMatching(/^all .*"withinMs":1500/)]);
    expect(become(1100)).toEqual([]);
    expect(become(900)).toEqual([expect.stringMatching(/^all .*"withinMs":1000/)]);
  });

  it('are told when they come what all others know', () => {
    const { become, greet } = hints();
    become(3000);
    become(3500);
    expect(greet()).toEqual([expect.stringMatching(/^one .*"withinMs":3000/)]);
  });
});
