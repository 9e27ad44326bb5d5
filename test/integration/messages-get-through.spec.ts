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

describe('a message that does not get through', () => {
  it('is taken by the next provider within the same attempt', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'sms', '+27820000050');
    setup.sms.behaviour.clickatell = { status: 503 };
    const [id] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    setup.sms.behaviour.clickatell = 'hang';
    const [other] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([other!], env, { attemptMs: 400 })).toMatchObject({ sent: 1 });
    expect(setup.sms.taken.map(({ provider }) => provider)).toEqual(['africastalking', 'africastalking']);
    expect(await bench.row(other!)).toMatchObject({ provider: 'africastalking', attempts: 1 });
  });

  it('is tried again soon with the same reference, as often as a provider asks and not longer than five minutes', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'sms', '+27820000051');
    const single = { ...env, NABOOM_SMS_PROVIDERS: 'clickatell' };
    setup.sms.behaviour.clickatell = { status: 429, retryAfter: '20' };
    const [id] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    const started = bench.clock.now().getTime();
    const waits: number[] = [];
    for (let status = 'pending'; status === 'pending'; { status } = await bench.row(id!)) {
      await bench.send([id!], single);
      const row = await bench.row(id!);
      waits.push(row.next_attempt_at.getTime() - bench.clock.now().getTime());
      setup.sms.behaviour.clickatell = { status: 500 };
      bench.clock.advance(Math.max(0, row.next_attempt_at.getTime() - bench.clock.now().getTime()));
    }
    expect(waits[0]).toBe(20_000);
    expect(await bench.row(id!)).toMatchObject({ status: 'dead', attempts: 9, last_error: 'clickatell: HTTP 500' });
    expect(new Set(setup.sms.asked.map(({ reference }) => reference))).toEqual(new Set([id]));
    expect(bench.clock.now().getTime() - started).toBeLessThan(7 * 60_000);
  });

  it('falls back on the next contact, once for all devices of a person', async () => {
    const user = await setup.dispatcher();
    const devices = [setup.push.device(), setup.push.device()];
    for (const { endpoint, keys } of devices) await bench.contact(user, 'push', endpoint, keys);
    const bad = await bench.contact(user, 'sms', '+27820000060');
    await bench.contact(user, 'email', 'late@example.org');
    setup.push.status = 410;
    setup.sms.behaviour.clickatell = 'bad number';
    const ids = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    const outcomes = await bench.send(ids, { ...env, NABOOM_SMS_PROVIDERS: 'clickatell' });
    expect(outcomes).toMatchObject({ dead: 3, sent: 1 });
    const rows = await bench.rowsOf(user);
    expect(rows.map(({ channel, status }) => `${channel} ${status}`)).toEqual([
      'push dead',
      'push dead',
      'sms dead',
      'email delivered',
    ]);
    expect(rows[2]!.last_error).toBe('clickatell: not accepted (105)');
    const contacts = await bench.people.sql('select id, channel from contacts where user_id = $1 order by position', [
      user,
    ]);
    expect(contacts.map(({ channel }) => channel)).toEqual(['sms', 'email']); // devices that are no more are forgotten
    expect(contacts[0]!['id']).toBe(bad);
  });

  it('never holds the others up: a service that hangs has the time of one attempt', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'email', 'hang@example.org');
    setup.mail.hangs = true;
    const [id] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([id!], env, { attemptMs: 300 })).toMatchObject({ retry: 1 });
    expect(await bench.row(id!)).toMatchObject({ status: 'pending', last_error: 'no answer in time' });
    setup.mail.hangs = false;
  });

  it('is claimed once by two jobs, and again after the lease when the first one died, with the same reference', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'sms', '+27820000070');
    const [id] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    const both = await Promise.all([bench.send([id!], env), bench.send([id!], env)]);
    expect(both[0].sent + both[1].sent).toBe(1);
    // As a worker leaves it that dies between the provider's answer and the note of it.
    await bench.database.query({ text: `update deliveries set status = 'pending' where id = $1`, values: [id] });
    expect(await bench.send([id!], env)).toMatchObject({ notDue: 1 });
    bench.clock.advance(8001);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    expect(setup.sms.taken.map(({ reference }) => reference)).toEqual([id, id]);
  });
});
