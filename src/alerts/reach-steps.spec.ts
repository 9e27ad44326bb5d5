import type { Actor, LogEntry } from './alert.js';
import { stepsReach, type ReachStep } from './reach-steps.js';

const ann: Actor = { kind: 'responder', id: 'ann', name: 'Ann' };
const bob: Actor = { kind: 'dispatcher', id: 'bob', name: 'Bob' };
const key: Actor = { kind: 'operator' };
const COUNTS = { acknowledged: 0, en_route: 0, on_scene: 0 };

/** Steps a minute apart. */
const story = (...steps: [LogEntry['type'], Actor, object?][]): ReachStep[] =>
  steps.map(([type, actor, details = {}], minute) => ({ type, actor, details, at: atMinute(minute) }) as ReachStep);
const atMinute = (minute: number) => new Date(minute * 60_000).toISOString();
const respond = (by: Actor, status: string): [LogEntry['type'], Actor, object] => ['alert.responded', by, { status }];

describe('how far an alert came by what people did', () => {
  it('keeps the first time of each stage, and counts who is on the way and there now', () => {
    const { people, now, toReporter } = stepsReach(
      story(
        ['alert.acknowledged', ann],
        respond(ann, 'en_route'),
        respond(bob, 'en_route'),
        respond(ann, 'on_scene'),
        respond(ann, 'en_route'),
        respond(bob, 'stood_down'),
        ['alert.acknowledged', key],
      ),
    );
    expect(people).toMatchObject([
      {
        userId: 'ann',
        stages: { acknowledged: { at: atMinute(0) }, en_route: { at: atMinute(1) }, on_scene: { at: atMinute(3) } },
      },
      { userId: 'bob', stages: { en_route: { at: atMinute(2) } } },
      { stages: { acknowledged: { at: atMinute(6) } } },
    ]);
    expect(now.counts).toEqual({ acknowledged: 2, en_route: 1, on_scene: 0 });
    expect(toReporter).toEqual(now);
  });

  it('is over for the reporter when the alert is closed, until it is reopened', () => {
    const closed = story(respond(ann, 'en_route'), ['alert.resolved', bob], respond(bob, 'on_scene'));
    expect(stepsReach(closed).toReporter).toEqual({ counts: { ...COUNTS, en_route: 1 }, until: atMinute(1) });
    const reopened = [...closed, ...story(['alert.reopened', bob])];
    expect(stepsReach(reopened).toReporter).toEqual({ counts: { ...COUNTS, en_route: 1, on_scene: 1 } });
  });

  it('stays over for a reporter who had to cancel under duress, whatever follows', () => {
    const reporter: Actor = { kind: 'reporter' };
    const steps = story(
      respond(ann, 'en_route'),
      ['alert.duress', reporter],
      respond(bob, 'on_scene'),
      ['alert.resolved', bob],
      ['alert.reopened', bob],
    );
    expect(stepsReach(steps).toReporter).toEqual({ counts: { ...COUNTS, en_route: 1 }, until: atMinute(1) });
    expect(stepsReach(steps).now.counts).toEqual({ ...COUNTS, en_route: 1, on_scene: 1 });
  });
});
