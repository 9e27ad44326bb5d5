import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EnvValues } from '../config/env-vars.js';
import { HealthModule } from '../health/health.module.js';
import { useSocketServer } from '../realtime/redis-io.adapter.js';
import { ApiModule } from './api.module.js';
import { EvictionGuardModule } from './eviction-guard.module.js';
import { WorkerModule } from './worker.module.js';

/** What a process of one role consists of. */
export interface RoleRoot {
  readonly modules: readonly (Type | DynamicModule)[];
  readonly port: (env: EnvValues) => number;
  /** Done between wiring and listening. */
  readonly prepare?: (app: NestFastifyApplication) => void;
}

/** The modules of a role; the only place that knows which role needs what. */
export function rootOf(role: EnvValues['NABOOM_ROLE']): RoleRoot {
  const health = HealthModule.for(role);
  const api = { port: (env: EnvValues) => env.PORT, prepare: useSocketServer };
  switch (role) {
    case 'api':
      return { ...api, modules: [ApiModule, health, EvictionGuardModule] };
    case 'worker':
      return { modules: [WorkerModule, health, EvictionGuardModule], port: (env) => env.NABOOM_WORKER_PORT };
    case 'all':
      return { ...api, modules: [ApiModule, WorkerModule, health, EvictionGuardModule] };
  }
}
