import { startChannelServers, type ChannelServers } from '../support/channel-servers.js';
import type { NoticeBench } from '../support/notice-bench.js';

let setup: ChannelServers;
let bench: NoticeBench;
let env: Record<string, string>;
beforeAll(async () => {
  setup = await startChannelServers();
  ({ bench, env } = setup);
});
afterAll(async () => setup.close());
beforeEach(() => setup.reset());

const details = {
  location: { lat: -26.204123, lng: 28.047301 },
  message: 'Smoke at the école',
  contact: { name: 'Zed', phone: '+27821112222' },
};

describe('an alert', () => {
  it('tells responders who are not on duty there less, and those who left nothing', async () => {
    const area = await bench.people.area(setup.organisation);
    const [elsewhere, gone] = [
      await bench.people.person('Elsewhere', { [setup.organisation]: 'responder' }),
      await bench.people.person('Gone'),
    ];
    const onDuty = await bench.people.person('There', { [setup.organisation]: 'responder' }, [area]);
    for (const [index, { id }] of [elsewhere, gone, onDuty].entries())
      await bench.contact(id, 'sms', `+2782000001${index}`);
    const alert = await bench.raise({ places: { areas: [area], organisations: [setup.organisation] }, ...details });
    const ids = await bench.tell(alert, [elsewhere.id, gone.id, onDuty.id]);
    expect(await bench.send(ids, env)).toMatchObject({ sent: 2, skipped: 1 });
    const textTo = (number: string) => setup.sms.taken.find(({ to }) => to === number)?.text;
    expect(textTo('+27820000010')).toMatch(/near -26\.2, 28\.05/);
    expect(textTo('+27820000010')).not.toMatch(/Smoke|26\.2041/);
    expect(textTo('+27820000012')).toMatch(/26\.20412.*Smoke/);
    expect(await bench.rowsOf(gone.id)).toMatchObject([
      { status: 'skipped', last_error: 'no longer somebody who answers it' },
    ]);
  });

  it('is not told any more once somebody has acknowledged it, nor ever to its reporter', async () => {
    const [user, reporter] = [await setup.dispatcher(), await setup.dispatcher()];
    for (const id of [user, reporter]) await bench.contact(id, 'sms', `+2782${id.replaceAll(/\D/g, '').slice(0, 7)}`);
    const alert = await bench.raise({ places: setup.places(), reporterId: reporter });
    const ids = await bench.tell(alert, [user, reporter]);
    await bench.database.query({
      text: `update alert_events set alert = jsonb_set(alert::jsonb, '{status}', '"acknowledged"')::json where seq = $1`,
      values: [alert.seq],
    });
    expect(await bench.send(ids.slice(0, 1), env)).toMatchObject({ skipped: 1 });
    expect(await bench.row(ids[0]!)).toMatchObject({ status: 'skipped', last_error: 'the alert is acknowledged' });
    await bench.database.query({
      text: `update alert_events set alert = jsonb_set(alert::jsonb, '{status}', '"open"')::json where seq = $1`,
      values: [alert.seq],
    });
    expect(await bench.send(ids.slice(1), env)).toMatchObject({ skipped: 1 });
    expect(setup.sms.asked).toEqual([]);
  });

  it('waits for the end of quiet hours unless it is critical', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'sms', '+27820000030');
    const minute = bench.clock.now().getUTCHours() * 60 + bench.clock.now().getUTCMinutes();
    await bench.database.query({
      text: `insert into quiet_hours values ($1, $2, $3, 'UTC')`,
      values: [user, minute, (minute + 30) % 1440],
    });
    const [held] = await bench.tell(await bench.raise({ places: setup.places(), severity: 'high' }), [user]);
    const [critical] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([held!, critical!], env)).toMatchObject({ held: 1, sent: 1 });
    const row = await bench.row(held!);
    expect(row).toMatchObject({ status: 'pending', held: true, attempts: 0 });
    const waitMs = row.next_attempt_at.getTime() - bench.clock.now().getTime();
    expect(waitMs).toBeGreaterThan(28 * 60_000);
    expect(waitMs).toBeLessThanOrEqual(30 * 60_000);
    expect(await bench.send([held!], env)).toMatchObject({ notDue: 1 });
    bench.clock.advance(waitMs);
    expect(await bench.send([held!], env)).toMatchObject({ sent: 1 });
  });

  it('that something speaks against is told three times in five minutes, whatever there is', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'sms', '+27820000040');
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push(...(await bench.tell(await bench.raise({ places: setup.places(), verified: false }), [user])));
    }
    expect(await bench.send(ids, env)).toMatchObject({ sent: 3, skipped: 2 });
    expect(setup.sms.taken[0]!.text).toMatch(/^UNVERIFIED ALERT/);
    const [verified] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([verified!], env)).toMatchObject({ sent: 1 });
  });

  describe('that anybody could raise', () => {
    const raised = async (user: string, press: object = {}) => {
      const alert = await bench.raise({ places: setup.places(), ...press });
      return { ...alert, deliveryId: (await bench.tell(alert, [user]))[0]! };
    };
    const close = async ({ seq }: { seq: number }) =>
      bench.people.sql(
        `update alert_events set alert = jsonb_set(alert::jsonb, '{status}', '"resolved"')::json where seq = $1`,
        [seq],
      );

    it('is told ten times in five minutes, and then when there is room, if it is still open', async () => {
      const user = await setup.dispatcher();
      await bench.contact(user, 'sms', '+27820000050');
      const all = [];
      for (let count = 0; count < 23; count += 1) all.push(await raised(user));
      const ids = all.map(({ deliveryId }) => deliveryId);
      expect(await bench.send(ids, env)).toMatchObject({ sent: 10, held: 13 });
      expect(setup.sms.taken.filter(({ text }) => text.includes('More alerts are open'))).toHaveLength(1);
      expect(await bench.row(ids[10]!)).toMatchObject({ status: 'pending', held: true, attempts: 0 });
      bench.clock.advance(60_000);
      expect(await bench.send([(await raised(user)).deliveryId], env)).toMatchObject({ held: 1 });
      await close(all[10]!);
      bench.clock.advance(4 * 60_000 + 1);
      expect(await bench.send(ids, env)).toMatchObject({ sent: 9, skipped: 1, held: 3, notDue: 10 });
      expect(await bench.row(ids[10]!)).toMatchObject({ status: 'skipped', last_error: 'the alert is resolved' });
      bench.clock.advance(5000); // what was skipped left room
      expect(await bench.send(ids, env)).toMatchObject({ sent: 1, held: 2 });
      bench.clock.advance(4 * 60_000);
      expect(await bench.send(ids, env)).toMatchObject({ held: 2, notDue: 21 });
      bench.clock.advance(60_000);
      expect(await bench.send(ids, env)).toMatchObject({ sent: 2 });
    });

    it('does not delay those of people, phones and programs that are known', async () => {
      const user = await setup.dispatcher();
      await bench.contact(user, 'sms', '+27820000051');
      const ids = [];
      for (let count = 0; count < 11; count += 1) ids.push((await raised(user)).deliveryId);
      expect(await bench.send(ids, env)).toMatchObject({ sent: 10, held: 1 });
      const byMachine = await raised(user, { source: 'partner' });
      const claimed = await raised(user, { source: 'partner' });
      await bench.people.sql(`update alert_events set actor = $2 where seq = $1`, [
        byMachine.seq,
        JSON.stringify({ kind: 'machine', id: user, name: 'Cameras' }),
      ]);
      const reporter = (await bench.people.person('Sipho')).id;
      const known = [byMachine, await raised(user, { source: 'sms' }), await raised(user, { reporterId: reporter })];
      const more = [...known, claimed].map(({ deliveryId }) => deliveryId);
      expect(await bench.send(more, env)).toMatchObject({ sent: 3, held: 1 });
    });
  });
});
