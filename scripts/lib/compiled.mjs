import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlainError } from './plain-error.mjs';
import { PROJECT_ROOT } from './project.mjs';

/** A module of the built program; only after ensureBuilt. */
function compiled(path) {
  return import(pathToFileURL(join(PROJECT_ROOT, 'dist', path)).href);
}

/** The configuration as the app will read it; all its problems at once when it is refused. */
export async function readConfig(env) {
  const { loadConfig } = await compiled('config/config.js');
  try {
    return loadConfig(env);
  } catch (error) {
    if (error.name === 'ConfigError') throw new PlainError(error.message);
    throw error;
  }
}

/** Renders redis-acl.conf with the hashes of the configured passwords into `file` (0600), in one step. */
export async function writeAclFile(file, config) {
  const [{ configurePolicy }, { renderUsers }, { replaceFile }] = await Promise.all([
    compiled('redis/acl/configured-policy.js'),
    compiled('redis/acl/render.js'),
    compiled('config/secret-file.js'),
  ]);
  try {
    const policy = configurePolicy(readFileSync(join(PROJECT_ROOT, 'redis-acl.conf'), 'utf8'), config.redis);
    replaceFile(file, renderUsers(policy.users, policy.passwords, policy.further));
  } catch (error) {
    if (error.name === 'PolicyError') throw new PlainError(`redis-acl.conf: ${error.message}`);
    throw error;
  }
}

/** Throws with a line for each thing that keeps Redis or Postgres from being used; then brings the schema up to date. */
export async function prepareStores(config) {
  const [{ preflight }, { migrate }] = await Promise.all([
    compiled('doctor/preflight.js'),
    compiled('database/migrate.js'),
  ]);
  const problems = await preflight(config);
  if (problems.length > 0) throw new PlainError(problems.join('\n'));
  await migrate(config.env.DATABASE_URL);
}
