import { Global, Inject, Module, type DynamicModule } from '@nestjs/common';
import { CLOCK, systemClock, type Clock } from '../clock.js';
import type { Config } from './config.js';

export const CONFIG = Symbol('Config');
/** Injects the {@link Config} of the process. */
export const InjectConfig = (): ParameterDecorator => Inject(CONFIG);

/** Configuration and clock for every module; neither grants access to anything, so both may be global. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config, clock: Clock = systemClock): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: clock },
      ],
      exports: [CONFIG, CLOCK],
    };
  }
}
