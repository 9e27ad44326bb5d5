import { ReadingPace } from './reading-pace.js';
import type { RealtimeSocket } from './socket-events.js';

const NOW = 1_000_000;

/** A socket that notes whether it is read. */
function socketThatNotes() {
  const noted: string[] = [];
  const websocket = { pause: () => noted.push('pause'), resume: () => noted.push('resume') };
  return { noted, socket: { conn: { transport: { socket: websocket } } } as unknown as RealtimeSocket };
}

describe('the pace at which a socket is heard', () => {
  it('lets a burst through at once', async () => {
    const { socket, noted } = socketThatNotes();
    const pace = new ReadingPace(socket, NOW);
    for (let n = 0; n < 500; n += 1) await pace.turn(1, NOW);
    expect(noted).toEqual([]);
  });

  it('does everything beyond it a little later, in order, and reads no more meanwhile', async () => {
    const { socket, noted } = socketThatNotes();
    const pace = new ReadingPace(socket, NOW);
    await pace.turn(500, NOW);
    const begin = performance.now();
    const done: number[] = [];
    await Promise.all([0, 1, 2, 3].map((n) => pace.turn(2, NOW).then(() => done.push(n))));
    expect(done).toEqual([0, 1, 2, 3]);
    expect(performance.now() - begin).toBeGreaterThan(75); // eight tokens, a hundred a second; timers may be early
    expect(noted.slice(0, -1).every((each) => each === 'pause')).toBe(true);
    expect(noted.at(-1)).toBe('resume');
  });

  it('forgets a burst with time', async () => {
    const { socket, noted } = socketThatNotes();
    const pace = new ReadingPace(socket, NOW);
    await pace.turn(500, NOW);
    await pace.turn(100, NOW + 1000);
    expect(noted).toEqual([]);
  });

  it('on polling, where there is no WebSocket to stop reading, ends a connection that lets too much wait', async () => {
    const noted: string[] = [];
    const on = (_event: string, closed: () => void) => closed();
    const conn = { transport: {}, on, close: () => noted.push('close') };
    const pace = new ReadingPace({ conn } as unknown as RealtimeSocket, NOW);
    await pace.turn(500, NOW);
    const turns = Array.from({ length: 999 }, () => pace.turn(0.01, NOW));
    expect(noted).toEqual([]);
    turns.push(...Array.from({ length: 1000 }, () => pace.turn(0.01, NOW)));
    expect(noted).toEqual(['close']);
    await Promise.all(turns); // what has come is done
  });

  it('stops reading a WebSocket that a connection has only changed to while something waits', async () => {
    const { socket, noted } = socketThatNotes();
    const { transport } = socket.conn as unknown as { transport: { socket?: object } };
    const websocket = transport.socket!;
    delete transport.socket;
    const pace = new ReadingPace(socket, NOW);
    const turns = [pace.turn(501, NOW)];
    transport.socket = websocket;
    turns.push(pace.turn(1, NOW));
    expect(noted).toEqual(['pause']);
    await Promise.all(turns);
    expect(noted).toEqual(['pause', 'resume']);
  });
});
