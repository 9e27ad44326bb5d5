import { appendToEnvFile, newSecret, readEnvFile } from './env-file.mjs';
import { canListen, freePort } from './free-port.mjs';
import { generatedFileOf, isGiven, isRedisGiven } from './run-environment.mjs';
import { newVapidKey } from './vapid-key.mjs';

/** Role -> user, as redis-acl.conf names them. */
export const REDIS_USERS = {
  MASTER: 'naboom_admin',
  APP: 'app_user',
  WEBSOCKET: 'websocket_user',
  REALTIME: 'realtime_user',
  MONITORING: 'monitoring_user',
};

/**
 * Notes everything that the operator did not name, before any server starts: secrets are made once and kept, a port
 * changes only when another program took it. Returns which servers are ours to start, and on which ports.
 */
export async function noteGeneratedValues(env) {
  const file = generatedFileOf(env);
  const before = readEnvFile(file);
  const ownRedis = !isRedisGiven(env, before);
  const ownPostgres = !isGiven('DATABASE_URL', env, before);
  const redisPort = ownRedis ? await keptPort(before.REDIS_URL) : undefined;
  const postgres = ownPostgres ? await postgresAddress(before.DATABASE_URL) : undefined;
  appendToEnvFile(file, {
    ...(env.NABOOM_OPERATOR_KEY || env.NABOOM_OPERATOR_KEY_FILE ? {} : operatorKey(before)),
    ...(namesVapidKey(env) ? {} : vapidKey(before)),
    ...(ownRedis ? { ...redisCredentials(before), REDIS_URL: `redis://127.0.0.1:${redisPort}` } : {}),
    ...(postgres ? { DATABASE_URL: postgres.url } : {}),
  });
  return { redis: ownRedis ? { port: redisPort } : undefined, postgres };
}

function operatorKey(before) {
  return { NABOOM_OPERATOR_KEY: before.NABOOM_OPERATOR_KEY ?? newSecret() };
}

/** Whoever names one half has a pair of their own, or an error that says what is missing of it. */
function namesVapidKey(env) {
  return Boolean(env.NABOOM_VAPID_PRIVATE_KEY || env.NABOOM_VAPID_PRIVATE_KEY_FILE || env.NABOOM_VAPID_PUBLIC_KEY);
}

/** Kept for good: browsers that subscribed with another one get nothing any more. */
function vapidKey(before) {
  return { NABOOM_VAPID_PRIVATE_KEY: before.NABOOM_VAPID_PRIVATE_KEY ?? newVapidKey() };
}

function redisCredentials(before) {
  const entries = Object.entries(REDIS_USERS).flatMap(([role, user]) => [
    [`REDIS_${role}_USER`, before[`REDIS_${role}_USER`] ?? user],
    [`REDIS_${role}_PASSWORD`, before[`REDIS_${role}_PASSWORD`] ?? newSecret()],
  ]);
  return Object.fromEntries(entries);
}

async function postgresAddress(lastUrl) {
  const password = lastUrl ? new URL(lastUrl).password : newSecret();
  const port = await keptPort(lastUrl);
  return { port, password, url: `postgresql://naboom:${password}@127.0.0.1:${port}/naboom` };
}

async function keptPort(lastUrl) {
  const last = Number(/:(\d+)(?:\/\w*)?$/.exec(lastUrl ?? '')?.[1] ?? 0);
  return last && (await canListen(last)) ? last : freePort();
}
