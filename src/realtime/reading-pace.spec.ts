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
    expect(noted).toEqual(['pause', 'resume']);
  });

  it('forgets a burst with time', async () => {
    const { socket, noted } = socketThatNotes();
    const pace = new ReadingPace(socket, NOW);
    await pace.turn(500, NOW);
    await pace.turn(100, NOW + 1000);
    expect(noted).toEqual([]);
  });

  it('needs no WebSocket: on polling there is none to stop reading', async () => {
    const pace = new ReadingPace({ conn: { transport: {} } } as unknown as RealtimeSocket, NOW);
    await pace.turn(500, NOW);
    await expect(pace.turn(1, NOW)).resolves.toBeUndefined();
  });
});
