import { v7 as uuidv7 } from 'uuid';
import { BalanceSms } from '../../src/channels/sms/balance-sms.js';
import { NoticeBench } from '../support/notice-bench.js';

let bench: NoticeBench;
let contact: { readonly userId: string; readonly id: string };
beforeAll(async () => {
  bench = await NoticeBench.open();
  const userId = (await bench.people.person('Thandi')).id;
  contact = { userId, id: await bench.contact(userId, 'sms', '+27821234567') };
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.people.sql('delete from deliveries');
  await bench.people.sql('delete from sms_shares');
});

/** A text message that a provider took `minutes` ago; it arrived so many minutes later, or has not. */
async function text(provider: string, minutes: number, arrivedAfter?: number): Promise<void> {
  const at = (ago: number) => new Date(bench.clock.now().getTime() - ago * 60_000);
  await bench.people.sql(
    `insert into deliveries (id, target, status, next_attempt_at, created_at, kind, channel, user_id, contact_id,
                             provider, provider_ref, finished_at, received_at)
     values ($1::uuid, $2, 'delivered', $3, $3, 'test', 'sms', $4, $5, $6, $1::uuid::text, $3, $7)`,
    [
      uuidv7(),
      contact.id,
      at(minutes),
      contact.userId,
      contact.id,
      provider,
      arrivedAfter === undefined ? null : at(minutes - arrivedAfter),
    ],
  );
}

const balance = (providers = ['clickatell', 'bulksms']) =>
  new BalanceSms({ database: bench.database, clock: bench.clock, providers }).run();

describe('text messages', () => {
  it('move by a tenth from a provider whose messages are late, once in five minutes', async () => {
    await text('clickatell', 10, 6);
    await text('bulksms', 10, 1);
    const runs = await Promise.all([balance(), balance(), balance()]);
    expect(runs.filter((run) => Object.keys(run).length > 0)).toEqual([{ clickatell: 90, bulksms: 10 }]);
    expect(await balance()).toEqual({});
    bench.clock.advance(5 * 60_000);
    await text('clickatell', 6);
    expect(await balance()).toEqual({ clickatell: 80, bulksms: 20 });
    const stored = await bench.people.sql('select provider, share from sms_shares order by provider');
    expect(stored).toEqual([
      { provider: 'bulksms', share: 20 },
      { provider: 'clickatell', share: 80 },
    ]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['it was late more than a quarter of an hour ago', () => text('clickatell', 16, 6)],
    ['there has been no time to arrive', () => text('clickatell', 4)],
    ['nothing is known, because it sends no reports', () => text('clickatell', 10)],
  ])('stay where they are when %s', async (_why, given) => {
    await given();
    expect(await balance()).toEqual({});
  });

  it('stay where there is one provider', async () => {
    await text('clickatell', 10, 6);
    expect(await balance(['clickatell'])).toEqual({});
  });
});
