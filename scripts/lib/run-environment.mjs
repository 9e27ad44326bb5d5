import { join, resolve } from 'node:path';
import { readEnvFile } from './env-file.mjs';
import { PROJECT_ROOT } from './project.mjs';

/** The folder of generated secrets and of the servers' data. */
export function dataDirOf(env) {
  return resolve(PROJECT_ROOT, env.NABOOM_DATA_DIR || '.naboom');
}

/** The file that `npm start` notes in what it generated and started. */
export function generatedFileOf(env) {
  return join(dataDirOf(env), 'generated.env');
}

/** The users of the Redis that `npm start` starts. */
export function aclFileOf(env) {
  return join(dataDirOf(env), 'redis', 'users.acl');
}

/** True when the operator names a server of their own (not the one that we started and noted). */
export function isGiven(name, env, generated) {
  return Boolean(env[name] || env[`${name}_FILE`]) && env[name] !== generated[name];
}

/** Each of them says where Redis is: two of them are refused, so ours gives way to any. */
const REDIS_PLACES = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'];

/** True when the operator names a Redis of their own: a server, its sentinels or some nodes of a Cluster. */
export function isRedisGiven(env, generated) {
  return REDIS_PLACES.some((name) => isGiven(name, env, generated));
}

/**
 * The generated values under the environment's own, which win. Credentials of our Redis stay away from a Redis that
 * the operator named: there only the environment's count. Redis' passwords are named by their file, not by value, so
 * that a running process finds the next ones ("npm run acl -- rotate").
 */
export function runEnvironment(env) {
  const file = generatedFileOf(env);
  const generated = readEnvFile(file);
  const ownRedis = isRedisGiven(env, generated);
  const set = (name) => Boolean(env[name] || env[`${name}_FILE`]);
  const kept = Object.entries(generated)
    .filter(([name]) => !set(name) && !(ownRedis && name.startsWith('REDIS_')))
    .map(([name, value]) => (/^REDIS_.*_PASSWORD$/.test(name) ? [`${name}_FILE`, file] : [name, value]));
  const aclFile = generated.REDIS_URL && !ownRedis ? { REDIS_ACL_FILE: aclFileOf(env) } : {};
  const given = Object.entries(env).filter(([, value]) => value !== '');
  return { ...aclFile, ...Object.fromEntries(kept), ...Object.fromEntries(given), NABOOM_DATA_DIR: dataDirOf(env) };
}
