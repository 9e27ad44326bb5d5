import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import type { EnvValues } from '../config/env-vars.js';
import { HealthModule } from '../health/health.module.js';
import { ApiModule } from './api.module.js';

/** What a process of one role consists of. */
export interface RoleRoot {
  readonly modules: readonly (Type | DynamicModule)[];
  readonly port: (env: EnvValues) => number;
  /** Done between wiring and listening. */
  readonly prepare?: (app: NestFastifyApplication, config: Config) => Promise<void>;
}

/** The modules of a role; the only place that knows which role needs what. */
export function rootOf(role: EnvValues['NABOOM_ROLE']): RoleRoot {
  switch (role) {
    case 'api':
      return { modules: [ApiModule, HealthModule.for('api')], port: (env) => env.PORT };
    case 'worker':
      return { modules: [HealthModule.for('worker')], port: (env) => env.NABOOM_WORKER_PORT };
    case 'all':
      return { modules: [ApiModule, HealthModule.for('all')], port: (env) => env.PORT };
  }
}
