import { join } from 'node:path';
import { absence, expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type DrillResult } from '../support/fleet.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { tellSkipped } from '../support/survival.js';
import { isAlive } from '../support/worker-process.js';

const REDIS_DISK_MB = 8;
/** An empty Postgres has 40 MB, and 16 MB for each further file of its log. */
const POSTGRES_DISK_MB = 192;

interface Place {
  readonly fleet: Fleet;
  readonly redis: SmallDisk;
  readonly postgres: SmallDisk;
}

let place: Place | undefined;
const disks: SmallDisk[] = [];
beforeAll(async () => {
  for (const megabytes of [REDIS_DISK_MB, POSTGRES_DISK_MB]) {
    const disk = mountSmallDisk(megabytes);
    if (disk) disks.push(disk);
  }
  const [redis, postgres] = disks;
  if (!redis || !postgres) return;
  const fleet = await Fleet.start({
    webhooks: true,
    redis: { folder: join(redis.folder, 'redis') },
    postgres: { folder: join(postgres.folder, 'postgres') },
  });
  place = { fleet, redis, postgres };
});
afterAll(async () => {
  for (const disk of disks) disk.free();
  await place?.fleet.stop();
  for (const disk of disks) disk.remove();
});

/** Without the right to mount, the table says that this was not drilled. */
async function drill(name: string, run: (there: Place) => Promise<DrillResult>): Promise<void> {
  if (!place) return tellSkipped(name, 'no right to mount a small disk here (root has it)');
  expectNothingLost(await run(place));
  await untilHealth(place.fleet.apis[0]!, { status: 'healthy', database_status: 'connected' });
}

it.each(['everysec', 'always'])('the disk of Redis, appendfsync %s', (appendfsync) =>
  drill(`disk of Redis full, appendfsync ${appendfsync}`, async ({ fleet, redis: disk }) => {
    const { redis } = fleet;
    await redis.admin().config('SET', 'appendfsync', appendfsync);
    const [node] = fleet.apis;
    const result = await fleet.drill(`disk of Redis full, appendfsync ${appendfsync}`, async () => {
      disk.fill();
      await untilHealth(node!, { status: 'degraded', database_status: 'connected' });
      expect((await node!.health('/health/ready')).code).toBe(200);
      await absence();
      disk.free();
      // With `always` it cannot keep its word any more, and ends; whoever watches over it starts it again.
      if (!isAlive(redis.pid)) await redis.restart();
    });
    expectAnswers(result);
    expect(result.healing).toBeLessThan(5000);
    return result;
  }),
);

it('the disk of Postgres', () =>
  drill('disk of Postgres full', async ({ fleet, postgres: disk }) => {
    const { postgres } = fleet;
    const result = await fleet.drill('disk of Postgres full', async (presses) => {
      disk.fill();
      const isRefused = () => presses.answers.has('503') || presses.accepted.some(({ stored }) => stored === 'redis');
      await eventually(isRefused, { withinMs: 60_000, what: 'a press that Postgres cannot store' });
      await absence();
      expect((await fleet.apis[0]!.health('/health/live')).code).toBe(200);
      disk.free();
      // It ends itself when it cannot write its log, and cannot come back before there is room.
      if (!isAlive(postgres.pid)) await postgres.restart();
    });
    expectAnswers(result, ['200', '503']);
    expect(result.healing).toBeLessThan(15_000);
    return result;
  }));
