import { Inject } from '@nestjs/common/decorators/core/inject.decorator.js';

/** Where time comes from, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export const CLOCK = Symbol('Clock');
/** Injects the {@link Clock} of the process. */
export const InjectClock = (): ParameterDecorator => Inject(CLOCK);
