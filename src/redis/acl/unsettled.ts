import type { RedisConfig, RedisRoleConfig } from '../../config/redis-config.js';
import { readPrevious } from '../../config/secret-file.js';
import { type AclCheck, warned } from './check.js';

const REMEDY = '"npm run acl -- rotate --stage commit" ends it, "--stage abort" goes back';

/** A warning for each user whose rotation was begun and not ended: the password before, too, is good until then. */
export function unsettledRotations(redis: RedisConfig): AclCheck[] {
  const owners = new Map<string, { role: string; config: RedisRoleConfig }>();
  const signing = redis.admin ? { ...redis.roles, master: redis.admin } : redis.roles;
  for (const [role, config] of Object.entries(signing)) {
    // The queue may sign in as app, which is told once.
    const user = config.username;
    if (user !== undefined && !owners.has(user)) owners.set(user, { role, config });
  }
  return [...owners].flatMap(([user, { role, config }]) => {
    if (!isUnsettled(config)) return [];
    return [warned(user, 'rotation', `is half done, two passwords are good: ${REMEDY} (--role ${role})`)];
  });
}

function isUnsettled({ passwordFile }: RedisRoleConfig): boolean {
  try {
    return passwordFile !== undefined && readPrevious(passwordFile) !== undefined;
  } catch {
    return true; // it is there, for somebody else to read
  }
}
