import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config/config.js';
import { configurePolicy } from '../../src/redis/acl/configured-policy.js';
import { renderUsers } from '../../src/redis/acl/render.js';
import { POLICY_TEXT } from './redis-process.js';

/** The users' file as `npm run acl -- render` makes it for this configuration. */
export function renderPolicy(env: Readonly<Record<string, string>>): string {
  const unused = { NABOOM_OPERATOR_KEY: randomUUID(), DATABASE_URL: 'postgres://127.0.0.1/unused' };
  const { users, passwords } = configurePolicy(POLICY_TEXT, loadConfig({ ...env, ...unused }).redis);
  return renderUsers(users, passwords);
}
