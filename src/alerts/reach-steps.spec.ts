import type { Actor, Alert, LogEntry } from './alert.js';
import { answeringPeople, overSince, stepCounts, type Ending } from './reach-steps.js';

const ann: Actor = { kind: 'responder', id: 'ann', name: 'Ann' };
const bob: Actor = { kind: 'dispatcher', id: 'bob', name: 'Bob' };
const key: Actor = { kind: 'operator' };
const atMinute = (minute: number) => new Date(minute * 60_000).toISOString();

describe('who answered an alert', () => {
  const step = (minute: number, actor: Actor, status?: string) => {
    const type = status ? 'alert.responded' : 'alert.acknowledged';
    return { type, at: atMinute(minute), actor, details: status ? { status } : {} } as LogEntry;
  };

  it('is known by the first time of each stage; who comes has taken notice, who stands down need not have', () => {
    const steps = [
      step(0, ann),
      step(1, ann, 'en_route'),
      step(2, bob, 'stood_down'),
      step(3, ann, 'on_scene'),
      step(4, ann, 'en_route'),
      step(5, key, 'on_scene'),
    ];
    const at = (minute: number) => ({ at: atMinute(minute) });
    expect(answeringPeople(steps)).toEqual([
      { userId: 'ann', name: 'Ann', stages: { acknowledged: at(0), en_route: at(1), on_scene: at(3) } },
      { userId: 'bob', name: 'Bob', stages: {} },
      { stages: { acknowledged: at(5), on_scene: at(5) } },
    ]);
  });

  it('counts by what they do now', () => {
    const responses = ['en_route', 'en_route', 'on_scene', 'stood_down'].map((status) => ({ status }));
    const alert = { acknowledgements: [{}, {}, {}], responses } as unknown as Alert;
    expect(stepCounts(alert)).toEqual({ acknowledged: 3, en_route: 2, on_scene: 1 });
  });
});

describe('an alert', () => {
  /** One that has so many acknowledgements after the entry. */
  const ending = (minute: number, type: Ending['type'], acknowledged = 0): Ending => {
    const alert = { acknowledgements: Array.from({ length: acknowledged }), responses: [] } as unknown as Alert;
    return { type, at: atMinute(minute), alert };
  };
  const over = (minute: number, acknowledged: number) => ({
    until: atMinute(minute),
    counts: { acknowledged, en_route: 0, on_scene: 0 },
  });

  it('is over for its reporter since it was closed, until it is reopened', () => {
    const closed = [ending(1, 'alert.resolved', 2)];
    expect(overSince([])).toBeUndefined();
    expect(overSince(closed)).toEqual(over(1, 2));
    expect(overSince([...closed, ending(2, 'alert.reopened')])).toBeUndefined();
    expect(overSince([...closed, ending(2, 'alert.reopened'), ending(3, 'alert.cancelled', 1)])).toEqual(over(3, 1));
  });

  it('stays over for a reporter who had to cancel under duress, since it was over first', () => {
    const forced = [ending(1, 'alert.duress', 1), ending(2, 'alert.resolved', 5), ending(3, 'alert.reopened')];
    expect(overSince(forced)).toEqual(over(1, 1));
    const late = [ending(1, 'alert.resolved', 2), ending(2, 'alert.duress'), ending(3, 'alert.reopened')];
    expect(overSince(late)).toEqual(over(1, 2));
  });
});
