import { Logger } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { Clock } from '../clock.js';
import type { RedisRoleName } from '../redis/redis.roles.js';
import { Fresh } from './fresh.js';
import type { UserHealth } from './user-health.js';

/** The indicators of all Redis users that the report names. */
export const USER_INDICATORS = Symbol('UserIndicators');

/** One Redis user's place in the report. */
export interface UserIndicator {
  readonly role: RedisRoleName;
  /** Its name in the report. */
  readonly user: string;
  /** False when it stands in for another user's connections and is no user of its own. */
  readonly reported: boolean;
  /** The last outcome, at most a second old. */
  probe(): Promise<UserHealth>;
}

/** The outcome as a Terminus result: `failing` is what a user that is not healthy means to who asks. */
export function toResult(
  session: ReturnType<HealthIndicatorService['check']>,
  { userStatus, ...rest }: UserHealth,
  failing: 'degraded' | 'down' = 'degraded',
): HealthIndicatorResult {
  const details = { userStatus, ...rest };
  if (userStatus === 'healthy') return session.up(details);
  return failing === 'down' ? session.down(details) : session.degraded(details);
}

/** A probe whose outcome counts for a second; each change of the status is logged once. */
export function freshUserProbe(
  user: string,
  clock: Clock,
  probe: () => Promise<UserHealth>,
): () => Promise<UserHealth> {
  const logger = new Logger('Health');
  let last: UserHealth['userStatus'] = 'healthy';
  const fresh = new Fresh(async () => {
    const health = await probe();
    const { userStatus, code, error } = health;
    if (userStatus !== last) {
      if (userStatus === 'healthy') logger.log({ user }, 'Redis user is healthy again');
      else logger.error({ user, status: userStatus, code }, error);
    }
    last = userStatus;
    return health;
  }, clock);
  return () => fresh.get();
}
