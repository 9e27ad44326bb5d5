import { DenialWatch } from './denial-watch.js';
import { readServerFigures } from './server-figures.js';

function watch() {
  let now = 1_000_000;
  const watched = new DenialWatch({ now: () => new Date(now) });
  return {
    after: (ms: number, denials: number, announcements = 0, countedBy = 'a'): number => {
      now += ms;
      watched.observe({ denials, announcements, countedBy });
      return watched.lately;
    },
  };
}

describe('what a Redis server refused lately', () => {
  it('is what came after the first look, for a minute after the last refusal', () => {
    const { after } = watch();
    expect([after(0, 7), after(1000, 7), after(1000, 9), after(59_000, 9), after(999, 10)]).toEqual([0, 0, 2, 2, 3]);
    expect([after(59_999, 10), after(1, 10), after(1000, 11)]).toEqual([3, 0, 1]);
  });

  it('is not what a verification announced', () => {
    const { after } = watch();
    expect([after(0, 0), after(1000, 5, 3), after(1000, 9, 8), after(1000, 9, 8), after(1000, 10, 8)]).toEqual([
      0, 0, 0, 0, 1,
    ]);
  });

  it('is counted anew when the server is', () => {
    const { after } = watch();
    expect([after(0, 9), after(1000, 0), after(1000, 2)]).toEqual([0, 0, 2]);
  });

  it('is not what a node of a Cluster counted before it was asked', () => {
    const { after } = watch();
    expect([
      after(0, 1, 0, 'a b'),
      after(1000, 1, 0, 'a'),
      after(1000, 9, 0, 'a b'),
      after(1000, 10, 0, 'a b'),
    ]).toEqual([0, 0, 0, 1]);
  });

  it('is not what another server counted before it became the master', () => {
    const counts = (run: string, denials: number) => {
      const figures = readServerFigures(`run_id:${run}\r\nerrorstat_NOPERM:count=${denials}\r\n`);
      return { ...figures, denials: figures.aclDenials };
    };
    const watched = new DenialWatch({ now: () => new Date(0) });
    const lately = [counts('old', 1), counts('new', 9), counts('new', 10)].map((seen) => {
      watched.observe(seen);
      return watched.lately;
    });
    expect(lately).toEqual([0, 0, 1]);
  });

  it('is not told for ever where the clock was set back', () => {
    const { after } = watch();
    expect([after(0, 0), after(1000, 1), after(-3_600_000, 1)]).toEqual([0, 1, 0]);
  });
});
