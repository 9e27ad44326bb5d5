import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '../../scripts/lib/env-file.mjs';
import { newVapidKey } from '../../scripts/lib/vapid-key.mjs';
import { readPrevious } from '../config/secret-file.js';
import { parsePolicy } from '../redis/acl/policy.js';
import { passwordHash, renderUsers } from '../redis/acl/render.js';

/** Folders of the secrets, by who reads them; each can be its own volume. */
export const SECRET_FOLDERS = ['app', 'redis', 'postgres', 'admin'] as const;
export type SecretFolder = (typeof SECRET_FOLDERS)[number];

export interface SecretFilesOptions {
  /** The folders stand in it. */
  readonly root: string;
  /** `host:port` of Postgres, for the connection URL. */
  readonly postgres: string;
  /** Group ids that may read a folder besides its owner; without one, a folder is the owner's alone. */
  readonly groups: Readonly<Partial<Record<SecretFolder, number>>>;
  /** Text of redis-acl.conf. */
  readonly policy: string;
}

const REDIS_USERS = {
  app: 'app_user',
  websocket: 'websocket_user',
  realtime: 'realtime_user',
  monitoring: 'monitoring_user',
} as const;

/**
 * Makes every secret that is missing, one file each, and renders the Redis users of them. A secret that exists is
 * never touched; the rendered file follows the policy at each run. Returns the paths that it made.
 */
export function writeSecretFiles({ root, postgres, groups, policy }: SecretFilesOptions): string[] {
  const folders = Object.fromEntries(
    SECRET_FOLDERS.map((name) => [name, openFolder(join(root, name), groups[name])]),
  ) as Record<SecretFolder, Folder>;
  const { app, redis, postgres: database, admin } = folders;
  const made: string[] = [];
  const secret = (folder: Folder, name: string, value: () => string = newSecret) =>
    keepOrMake(folder, name, value, made);

  secret(app, 'operator-key');
  secret(app, 'vapid-private-key', newVapidKey);
  const databasePassword = secret(database, 'password');
  secret(app, 'database-url', () => `postgres://naboom:${databasePassword}@${postgres}/naboom`);
  const passwords = Object.fromEntries(
    Object.entries(REDIS_USERS).map(([role, user]) => [user, secret(app, `redis-${role}-password`)]),
  );
  secret(redis, 'monitoring-password', () => passwords['monitoring_user']!); // for Redis' own health check
  replaceFile(redis, 'monitoring-password', `${passwords['monitoring_user']}\n`); // a copy: it follows a rotation
  passwords['naboom_admin'] = secret(admin, 'redis-master-password');
  const further = {
    ...Object.fromEntries(Object.entries(REDIS_USERS).map(([role, user]) => [user, previousOf(app, role)])),
    naboom_admin: previousOf(admin, 'master'),
  };
  replaceFile(redis, 'users.acl', renderUsers(parsePolicy(policy), passwords, further));
  return made;
}

/** The hash of the password that a rotation under way replaces: both are good until it is settled. */
function previousOf({ path }: Folder, role: string): string[] {
  const file = { path: join(path, `redis-${role}-password`), name: `REDIS_${role.toUpperCase()}_PASSWORD` };
  const previous = readPrevious(file);
  return previous === undefined ? [] : [passwordHash(previous)];
}

interface Folder {
  readonly path: string;
  readonly group: number | undefined;
}

function openFolder(path: string, group: number | undefined): Folder {
  mkdirSync(path, { recursive: true });
  protect(path, group === undefined ? 0o700 : 0o750, group);
  return { path, group };
}

/** The secret of that name; made when there is none. In one step, so that a crash leaves all of it or nothing. */
function keepOrMake(folder: Folder, name: string, value: () => string, made: string[]): string {
  const file = join(folder.path, name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const fresh = writeBeside(folder, name, `${value()}\n`);
  try {
    linkSync(fresh, file); // unlike a rename it refuses to replace
    made.push(file);
  } finally {
    rmSync(fresh);
  }
  return readFileSync(file, 'utf8').trim();
}

function replaceFile(folder: Folder, name: string, content: string): void {
  renameSync(writeBeside(folder, name, content), join(folder.path, name));
}

function writeBeside({ path, group }: Folder, name: string, content: string): string {
  const file = join(path, `.${name}.${randomBytes(6).toString('hex')}`);
  writeFileSync(file, content, { mode: 0o600, flag: 'wx', flush: true });
  protect(file, group === undefined ? 0o600 : 0o640, group);
  return file;
}

/** An owner may give a file to any group it belongs to: no root and no capability is needed. */
function protect(path: string, mode: number, group: number | undefined): void {
  if (group !== undefined) chownSync(path, process.getuid?.() ?? -1, group);
  chmodSync(path, mode);
}
