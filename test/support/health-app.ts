import { randomBytes } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { HealthRole } from '../../src/health/answerer.js';
import { HealthModule } from '../../src/health/health.module.js';
import { TestClock } from './test-clock.js';

/** Longer than an outcome of a probe counts, ms. */
const NO_LONGER_FRESH_MS = 1001;

/** One answer of the health routes. */
export interface HealthAnswer {
  readonly statusCode: number;
  readonly text: string;
  // Bodies are what the tests are about, so they stay as loose as JSON.
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface HealthApp {
  readonly app: NestFastifyApplication;
  readonly operatorKey: string;
  readonly clock: TestClock;
  /** Asks as an operator for the state of now: what was found before no longer counts. */
  look(path: string): Promise<HealthAnswer>;
  /** Asks once, with the given headers, at the time the clock shows. */
  ask(path: string, headers?: Record<string, string>): Promise<HealthAnswer>;
}

/** A process that has nothing but health, with a clock that the test moves. */
export async function startHealthApp(env: Record<string, string>, role: HealthRole = 'api'): Promise<HealthApp> {
  const clock = new TestClock();
  const operatorKey = randomBytes(24).toString('base64url');
  const config = loadConfig({ ...env, NABOOM_OPERATOR_KEY: operatorKey });
  const imports = [ConfigModule.with(config, clock), HealthModule.for(role)];
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const ask: HealthApp['ask'] = async (url, headers = {}) => {
    const { statusCode, body } = await app.inject({ url, headers });
    return { statusCode, text: body, body: JSON.parse(body) };
  };
  const look = (path: string) => {
    clock.advance(NO_LONGER_FRESH_MS);
    return ask(path, { authorization: `Bearer ${operatorKey}` });
  };
  return { app, operatorKey, clock, ask, look };
}
