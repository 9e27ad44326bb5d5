import { v7 as uuidv7 } from 'uuid';
import type { LifecycleCommand } from '../../src/alerts/decide.js';
import { EscalationBench, type EscalatingTown } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

describe('an alert that somebody takes notice of', () => {
  const steps: Record<string, Partial<LifecycleCommand> & Pick<LifecycleCommand, 'type'>> = {
    acknowledged: { type: 'acknowledge' },
    'answered by somebody who comes': { type: 'respond', status: 'en_route' } as Partial<LifecycleCommand> & {
      type: 'respond';
    },
    resolved: { type: 'resolve' },
    cancelled: { type: 'cancel' },
  };
  it.each(Object.entries(steps))('stops when it is %s between due and run', async (_how, step) => {
    const { id, places } = await bench.town();
    const alert = await bench.raise({ places });
    bench.clock.advance(60_000);
    await bench.step(alert, step); // and nobody has read it yet
    await bench.escalate().run({ runs: [{ alertId: alert, organisationId: id }] });
    await bench.read();
    await bench.after(600);
    expect(await bench.story(alert)).toEqual([]);
    const ended = step.type === 'resolve' || step.type === 'cancel' ? 'closed' : 'acknowledged';
    expect(await bench.row(alert, id)).toMatchObject({ ended, nextAt: null });
  });

  it('stops also when that comes into the log after the escalation was decided', async () => {
    const { id, places } = await bench.town();
    const alert = await bench.raise({ places });
    bench.clock.advance(60_000);
    const late = bench.escalate(async (commands) => {
      await bench.step(alert, { type: 'acknowledge' });
      const outcome = await bench.append(commands[0]!);
      return { outcomes: [outcome], entries: 'entry' in outcome && outcome.entry ? [outcome.entry] : [] };
    });
    expect(await late.run({ runs: [{ alertId: alert, organisationId: id }] })).toMatchObject({ seqs: [] });
    expect(await bench.story(alert)).toEqual([]);
  });
});

describe('a life that begins anew', () => {
  it('starts at level 0 when the alert is opened again', async () => {
    const { places } = await bench.town();
    const alert = await bench.raise({ places });
    await bench.after(15);
    await bench.step(alert, { type: 'resolve' });
    await bench.step(alert, { type: 'reopen' });
    await bench.read();
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 unreached: Dora', '1 unreached: Dora']);
    expect((await bench.told(alert)).filter((line) => line.includes('reopened'))).toEqual([
      'alert.reopened to Rex by push',
    ]);
  });

  it('starts at level 0 under duress, and tells also those whom somebody has answered for', async () => {
    const { id, places } = await bench.town();
    const forced = { type: 'cancel', byReporter: true, duress: true } as const;
    const alert = await bench.raise({ places });
    await bench.after(15);
    await bench.step(alert, forced);
    await bench.read();
    expect(await bench.row(alert, id)).toMatchObject({ level: 0, ended: null });
    await bench.after(15);
    expect(await bench.story(alert)).toHaveLength(2);
    await bench.step(alert, { type: 'acknowledge' });
    const other = await bench.raise({ places });
    await bench.step(other, { type: 'acknowledge' });
    await bench.step(other, forced);
    await bench.read();
    expect(await bench.told(other)).toEqual(['alert.raised to Rex by push', 'alert.duress to Rex by push']);
    expect(await bench.row(other, id)).toMatchObject({ ended: 'acknowledged', nextAt: null });
  });

  it('goes by the real policy from the moment at which a report is trusted', async () => {
    const { id, places } = await bench.town();
    const alert = await bench.raise({ places, verified: false });
    expect(await bench.told(alert)).toEqual(['alert.raised to Dora by push']);
    await bench.after(300);
    expect(await bench.story(alert)).toEqual(['1 unacknowledged: Dora']);
    const press = { test: false, verified: true };
    const at = bench.clock.now().toISOString();
    const again = { type: 'raise', newId: uuidv7(), at, actor: { kind: 'reporter' }, press, receiptOf: alert } as const;
    await bench.append(again);
    await bench.append(again);
    await bench.read();
    expect(await bench.row(alert, id)).toMatchObject({ level: 0 });
    expect((await bench.told(alert)).slice(2)).toEqual(['alert.repeated to Rex by push']);
    await bench.after(15);
    expect((await bench.story(alert)).slice(1)).toEqual(['1 unreached: Dora']);
  });

  it('follows an alert that moves: ends where it was, begins where it is, and begins anew where it returns to', async () => {
    const [here, there] = [await bench.town(), await bench.town()];
    const move = async (alert: string, to: EscalatingTown, from: EscalatingTown) => {
      const facts = { location: { lat: Math.random(), lng: 1 }, places: to.places };
      const at = bench.clock.now().toISOString();
      await bench.append({
        ...({ type: 'update', alertId: alert, at, actor: { kind: 'reporter' }, proven: true } as const),
        facts: { ...facts, left: from.places } as never,
      });
      await bench.read();
    };
    const alert = await bench.raise({ places: here.places, location: { lat: 9, lng: 9 } });
    await bench.after(15);
    await move(alert, there, here);
    expect(await bench.row(alert, here.id)).toMatchObject({ ended: 'moved', nextAt: null });
    expect(await bench.row(alert, there.id)).toMatchObject({ level: 0, ended: null });
    await bench.after(15);
    await move(alert, here, there);
    expect(await bench.row(alert, here.id)).toMatchObject({ level: 0, ended: null });
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 unreached: Dora', '1 unreached: Dora', '1 unreached: Dora']);
  });
});

describe('whatever dies', () => {
  it('escalates once, though two workers do it at once', async () => {
    const { id, places } = await bench.town();
    const alert = await bench.raise({ places });
    bench.clock.advance(60_000);
    const runs = [{ alertId: alert, organisationId: id }];
    await Promise.all([1, 2, 3].map(() => bench.escalate().run({ runs })));
    bench.clock.advance(5000); // the lease is over, and the reader has not read: what a worker that died leaves
    await Promise.all([1, 2].map(() => bench.escalate().run({ runs })));
    expect(await bench.story(alert)).toHaveLength(1);
    await bench.read();
    await bench.read();
    expect(await bench.told(alert)).toHaveLength(2);
    expect(await bench.row(alert, id)).toMatchObject({ level: 1, ended: null });
  });

  it('decides two organisations of one alert in one run', async () => {
    const [here, there] = [await bench.town(), await bench.town()];
    const alert = await bench.raise({ places: { areas: [], organisations: [here.id, there.id].sort() } });
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 unreached: Dora', '1 unreached: Dora']);
    expect(await bench.told(alert)).toHaveLength(4);
  });

  it('does nothing by a row that does not know the last event, and looks again soon', async () => {
    const { id, places } = await bench.town();
    const alert = await bench.raise({ places });
    bench.clock.advance(60_000);
    await bench.step(alert, { type: 'resolve' });
    await bench.step(alert, { type: 'reopen' });
    const run = { alertId: alert, organisationId: id };
    expect(await bench.escalate().run({ runs: [run] })).toMatchObject({ seqs: [], waiting: [run] });
    await bench.read();
    expect(await bench.row(alert, id)).toMatchObject({
      level: 0,
      nextAt: new Date(bench.clock.now().getTime() + 15_000),
    });
  });

  it('is not held up by a policy that cannot be read, or an organisation of nobody', async () => {
    const id = await bench.planted.organisation();
    await bench.planted.sql('insert into escalation_policies values ($1, $2, to_timestamp(1))', [id, '{"steps":7}']);
    const alert = await bench.raise({ places: { areas: [], organisations: [id] } });
    await bench.after(0);
    expect(await bench.story(alert)).toEqual(['6 exhausted past 0,1,2,3,4,5: nobody']);
  });
});
