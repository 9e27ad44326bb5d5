import { setTimeout as delay } from 'node:timers/promises';
import { startBadNetwork, type BadNetwork } from '../support/bad-network.js';
import { expectNothingLost } from '../support/expect-survival.js';
import type { DrillResult } from '../support/fleet.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

/** A bad mobile link: 150 to 300 ms there and back, one piece in twenty sent again after a second, a slow 3G's width. */
const MOBILE = { delayMs: 75, jitterMs: 75, loss: { share: 0.05, againMs: 1000 }, bytesPerSecond: 48_000 };
/** A data centre in trouble: a piece in fifty is sent again, after longer than a command to Redis may take. */
const TROUBLED = { delayMs: 10, jitterMs: 20, loss: { share: 0.02, againMs: 1500 } };
/** How long each lasts: some two hundred presses. */
const LASTS_MS = 5000;

let net: BadNetwork;
beforeAll(async () => {
  net = await startBadNetwork({ webhooks: true });
});
afterEach(() => net?.mendAll());
afterAll(() => net?.stop());

/** From the moment that a path works again, or is as bad as it will be: what the machine of the tests is slow at too. */
function expectBackWithin(result: DrillResult, ms: number): void {
  expectNothingLost(result);
  expect(result.recovery - LASTS_MS).toBeLessThan(ms);
}

describe('a slow and lossy network', () => {
  async function during(paths: readonly TcpProxy[], weather: Parameters<TcpProxy['set']>[0]): Promise<void> {
    for (const path of paths) path.set(weather);
    await delay(LASTS_MS); // as long as the weather lasts; it goes on until the drill has its verdict
  }

  it('between phones, responders and the API', async () => {
    const { fleet, toApis, urls } = net;
    expectBackWithin(await fleet.drill('slow, lossy: clients - API', () => during(toApis, MOBILE), { urls }), 8000);
  });

  it.each(['redis', 'postgres'] as const)('between the API and %s', async (server) => {
    const { fleet, paths, urls } = net;
    const fault = () => during([paths.api[server]], TROUBLED);
    expectBackWithin(await fleet.drill(`slow, lossy: API - ${server}`, fault, { urls }), 8000);
  });

  it('between the worker and its servers', async () => {
    const { fleet, paths, urls } = net;
    const fault = () => during(Object.values(paths.worker), TROUBLED);
    expectBackWithin(await fleet.drill('slow, lossy: worker - its servers', fault, { urls }), 8000);
  });

  it('everywhere at once', async () => {
    const { fleet, paths, toApis, urls } = net;
    const servers = [paths.api, paths.worker].flatMap(({ redis, postgres }) => [redis, postgres]);
    const fault = async () => {
      for (const path of toApis) path.set(MOBILE);
      await during(servers, TROUBLED);
    };
    expectBackWithin(await fleet.drill('slow, lossy: everywhere', fault, { urls }), 20_000);
  });
});

describe('a path on which nothing passes and nothing ends', () => {
  async function during(paths: readonly TcpProxy[]): Promise<void> {
    for (const path of paths) path.blackHole();
    await delay(LASTS_MS); // the length of the silence
    for (const path of paths) await path.mend();
  }

  it('to Redis: what is accepted goes on as ever', async () => {
    const { fleet, paths, urls } = net;
    const result = await fleet.drill('silence: API - redis', () => during([paths.api.redis]), { urls });
    expectBackWithin(result, 5000);
    expect([...result.presses.answers.keys()]).toEqual(['201']);
  });

  it('to Postgres', async () => {
    const { fleet, paths, urls } = net;
    expectBackWithin(await fleet.drill('silence: API - postgres', () => during([paths.api.postgres]), { urls }), 8000);
  });

  it('from a worker to its servers', async () => {
    const { fleet, paths, urls } = net;
    expectBackWithin(
      await fleet.drill('silence: worker - its servers', () => during(Object.values(paths.worker)), { urls }),
      8000,
    );
  });

  it('from clients to one of two processes', async () => {
    const { fleet, toApis, urls } = net;
    const [first] = toApis;
    expectBackWithin(await fleet.drill('silence: clients - one API', () => during([first!]), { urls }), 8000);
  });
});

describe('answers that are lost', () => {
  /** To things that the other side has done. */
  const ANSWERS = 20;

  it('to phones: they press again, and it is one alert', async () => {
    const { fleet, toApis, urls } = net;
    const result = await fleet.drill('answers lost: phones', () => toApis[0]!.loseReplies(ANSWERS), { urls });
    expectNothingLost(result);
    expect(result.presses.answers.get('200')).toBeGreaterThan(0);
  });

  it.each(['redis', 'postgres'] as const)('of %s: what it has done is done once', async (server) => {
    const { fleet, paths, urls } = net;
    const result = await fleet.drill(`answers lost: ${server}`, () => paths.api[server].loseReplies(ANSWERS), { urls });
    expectNothingLost(result);
  });
});
