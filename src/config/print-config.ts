import type { Config } from './config.js';
import { placeName } from './redis-place.js';
import { ENV_NAMES, SECRET_NAMES } from './env-vars.js';

/** The configuration in effect as `NAME=value` lines, without a secret: those show only whether they are set. */
export function printConfig({ env, redis }: Config): string[] {
  const lines = ENV_NAMES.map((name) => {
    const value = env[name];
    if (value === undefined) return `# ${name} is not set`;
    if (SECRET_NAMES.includes(name)) return `${name}=[set]`;
    if (name === 'NABOOM_WEBHOOK_URLS') return `${name}=${env[name].map(withoutPath).join(',')}`;
    return `${name}=${Array.isArray(value) ? value.join(',') : value}`;
  });
  const roles = Object.entries(redis.roles).map(([role, { place, tls, username, db }]) => {
    const where = `${placeName(place)}${tls ? ' by TLS' : ''}`;
    return `# Redis role ${role}: ${username ?? 'no login'} at ${where}, db ${db}`;
  });
  return [...lines, `# Redis isolation: ${redis.isolation}`, ...roles];
}

/** Receivers hide tokens in paths and queries. */
function withoutPath(url: string): string {
  const { origin, href } = new URL(url);
  return href === `${origin}/` ? origin : `${origin}/…`;
}
