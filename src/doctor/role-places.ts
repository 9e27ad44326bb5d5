import type { RedisConfig } from '../config/redis-config.js';
import { isSamePlace } from '../config/redis-place.js';
import { REDIS_ROLE_NAMES, type RedisRoleName } from '../redis/redis.roles.js';

/** The roles that are at one place; the first of them is who asks its servers what they are. */
export type RolesOfPlace = readonly [RedisRoleName, ...RedisRoleName[]];

/** Every place once, monitoring's first: what is said of one server is said of all roles that work there. */
export function rolesByPlace({ roles }: RedisConfig): RolesOfPlace[] {
  const others = REDIS_ROLE_NAMES.filter((role) => role !== 'monitoring');
  const places: [RedisRoleName, ...RedisRoleName[]][] = [['monitoring']];
  for (const role of others) {
    const place = places.find(([first]) => isSamePlace(roles[first].place, roles[role].place));
    if (place) place.push(role);
    else places.push([role]);
  }
  return places;
}
