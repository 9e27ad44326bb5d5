import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Queue } from 'bullmq';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { HealthModule } from '../../src/health/health.module.js';
import { SharedFiguresModule } from '../../src/metrics/metrics.module.js';
import { createLogger } from '../../src/observability/logger.js';
import { JobWorkers } from '../../src/queues/job-workers.js';
import { QUEUES, type Queues } from '../../src/queues/queues.module.js';
import { useSocketServer } from '../../src/realtime/redis-io.adapter.js';
import { ApiModule } from '../../src/roles/api.module.js';
import { configureHttp, createHttpAdapter } from '../../src/roles/http-server.js';
import { WorkerModule } from '../../src/roles/worker.module.js';
import { eventually } from './eventually.js';
import { PlantedPeople } from './planted-people.js';
import { TasksHere } from './tasks-here.js';
import { TestClock } from './test-clock.js';
import { createTestDatabase } from './test-database.js';
import { TEST_OPERATOR_KEY } from './test-node.js';
import { startTestRedis } from './test-redis.js';

/** Jobs that wait for a time of the test's clock. */
const WAITING_QUEUES = ['escalation', 'messages'] as const;

/** What tests write into the database by its own clock, such as the beginning of a duty, has been. */
const AHEAD_MS = 60_000;

/** The whole product in this process, HTTP, sockets and jobs, on real servers, by a clock that a test moves. */
export interface ClockedSystem {
  readonly url: string;
  readonly clock: TestClock;
  readonly planted: PlantedPeople;
  readonly app: NestFastifyApplication;
  /** Lets time go by, and waits until everything that is due then has been done. */
  after(seconds: number): Promise<void>;
  /** Runs a job of a schedule now, as its time would. */
  runSchedule(id: string): Promise<void>;
  close(): Promise<void>;
}

/** @param env beside the servers and the operator key */
export async function startClockedSystem(env: Readonly<Record<string, string>>): Promise<ClockedSystem> {
  Logger.overrideLogger(false);
  const [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const config = loadConfig({
    ...redis.env,
    DATABASE_URL: database.url,
    NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY,
    NABOOM_LOG_LEVEL: 'silent',
    ...env,
  });
  const clock = new TestClock(new Date(Date.now() + AHEAD_MS).toISOString());
  const app = await startApp(config, clock);
  const planted = new PlantedPeople(database.url);
  const queues: Queues = app.get(QUEUES, { strict: false });
  const idle = () => untilIdle(planted, queues, clock);
  return {
    app,
    clock,
    planted,
    url: await app.getUrl(),
    async after(seconds) {
      await idle();
      clock.advance(seconds * 1000);
      await idle();
    },
    async runSchedule(id) {
      const waiting = await queues.get('maintenance')!.getDelayed();
      await waiting.find((job) => job.repeatJobKey === id)!.promote();
      await eventually(async () => (await unfinished(queues.get('maintenance')!)) === 0, { what: `the job of ${id}` });
    },
    async close() {
      await app.close();
      await planted.close();
      await Promise.all([redis.stop(), database.drop()]);
    },
  };
}

async function startApp(config: ReturnType<typeof loadConfig>, clock: TestClock): Promise<NestFastifyApplication> {
  const health = HealthModule.for('all');
  const imports = [ConfigModule.with(config, clock), ApiModule, WorkerModule, health, SharedFiguresModule.of(health)];
  const building = Test.createTestingModule({ imports })
    .overrideProvider(JobWorkers)
    .useFactory({ factory: () => new JobWorkers(config, { childModule: '' }, new TasksHere(config, clock)) });
  const module = await building.compile();
  const logger = createLogger('silent', {});
  const options = { logger: false, bodyParser: false } as const;
  const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(config, logger), options);
  configureHttp(app, config, logger);
  useSocketServer(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

/** BullMQ goes by the time of the machine: what it has delayed is looked at each time, and does nothing before its time. */
async function untilIdle(planted: PlantedPeople, queues: Queues, clock: TestClock): Promise<void> {
  const isDone = async () => {
    const [row] = await planted.sql(
      `select (select seq from log_cursors where name = 'escalations') = (select seq from log_head)
          and not exists (select from escalations where ended is null and next_escalation_at <= $1)
          and not exists (select from deliveries where status = 'pending' and next_attempt_at <= $1) as done`,
      [clock.now()],
    );
    return row!['done'] === true;
  };
  const isIdle = async () => {
    for (const name of WAITING_QUEUES) await queues.get(name)!.promoteJobs();
    if (!(await isDone())) return false;
    for (const name of WAITING_QUEUES) if ((await unfinished(queues.get(name)!)) > 0) return false;
    return isDone(); // what a job has done since may ask for more
  };
  await eventually(isIdle, { what: 'the end of everything that is due' });
}

async function unfinished(queue: Queue): Promise<number> {
  const { waiting = 0, active = 0, prioritized = 0 } = await queue.getJobCounts('waiting', 'active', 'prioritized');
  return waiting + active + prioritized;
}
