import type { Channel } from '../../src/alerts/channel.js';
import { EscalationBench, toRole } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

describe('a way that cannot tell that a message came', () => {
  const taken = (alert: string, provider: string) =>
    bench.planted.sql(
      `update deliveries set status = 'delivered', provider = $2, finished_at = $3 where alert_id = $1`,
      [alert, provider, bench.clock.now()],
    );
  const townBy = async (channel: Channel) => {
    const town = await bench.town({ steps: [{ ...toRole('responder'), channels: [channel] }, toRole('dispatcher')] });
    await bench.person('Sam', { [town.id]: 'responder' }, { channels: [channel] });
    return bench.raise({ places: town.places });
  };

  it.each(['email', 'sms'] as const)('waits for the whole delay when %s was taken', async (channel) => {
    const alert = await townBy(channel);
    await taken(alert, `silent ${channel}`);
    await bench.after(59);
    expect(await bench.story(alert)).toEqual([]);
    await bench.after(1);
    expect(await bench.story(alert)).toEqual(['1 unacknowledged: Dora']);
  });

  it.each(['email', 'sms'] as const)('does not wait when nobody has taken the %s', async (channel) => {
    const alert = await townBy(channel);
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 unreached: Dora']);
  });

  it('does not wait for a provider that has reported within seven days', async () => {
    const first = await townBy('sms');
    await taken(first, 'talking');
    await bench.planted.sql('update deliveries set received_at = $2 where alert_id = $1', [first, bench.clock.now()]);
    bench.clock.advance(7 * 86_400_000 - 16_000);
    const alert = await townBy('sms');
    await taken(alert, 'talking');
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 unreached: Dora']);
    const later = await townBy('sms');
    await taken(later, 'talking');
    await bench.after(15);
    expect(await bench.story(later)).toEqual([]);
  });
});

it('calls the dispatchers of an unverified alert again after five minutes, whatever was received', async () => {
  const { places } = await bench.town();
  const alert = await bench.raise({ places, verified: false });
  await bench.planted.sql(`update deliveries set status = 'skipped', last_error = 'limited' where alert_id = $1`, [
    alert,
  ]);
  await bench.after(299);
  expect(await bench.story(alert)).toEqual([]);
  await bench.after(1);
  expect(await bench.story(alert)).toEqual(['1 unacknowledged: Dora']);
  await bench.after(300);
  expect((await bench.story(alert)).slice(1)).toEqual(['2 exhausted: nobody']);
});
