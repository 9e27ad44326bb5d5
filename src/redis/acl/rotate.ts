import { randomBytes } from 'node:crypto';
import {
  dropPrevious,
  keepPrevious,
  readPrevious,
  readSecretFile,
  replaceSecret,
  whyNotReplaceable,
} from '../../config/secret-file.js';
import type { RoleRedis } from '../role-redis.js';
import { type AclCheck, attempt, checked } from './check.js';
import { type FurtherHashes, passwordHash } from './render.js';
import type { RotatedUser } from './rotated-users.js';
import { signedInClients, withoutTag } from './signed-in.js';
import { readUserState } from './user-state.js';

const NO_SUCH_USER = 'the server has no such user: run "npm run acl -- apply"';

/** What a rotation works on, as the configuration is now. */
export interface Rotation {
  readonly users: readonly RotatedUser[];
  /** Does something at every server, signed in as the administrator. */
  readonly atEachServer: <T>(work: (admin: RoleRedis, server: string) => Promise<T>) => Promise<T[]>;
  /** Signs in as a user, where its password is needed, and out again. Gives at how many servers it could be tried. */
  readonly signIn: (user: RotatedUser) => Promise<number>;
  /** Brings the aclfile in step with the configuration, these passwords beside it. */
  readonly writeAclFile: (further: FurtherHashes) => void;
  /** False where a server may have an aclfile that {@link writeAclFile} does not write. */
  readonly hasEveryAclFile: boolean;
}

/**
 * Gives each user a second password, and puts it where running processes find it: from now on both are good. What fails
 * half-way is taken back. First the servers, so that nobody is given a password that is refused.
 */
export async function addPasswords(rotation: Rotation): Promise<AclCheck[]> {
  const obstacles = await obstaclesOf(rotation);
  if (obstacles.length > 0) return obstacles;
  const fresh = new Map(rotation.users.map(({ user }) => [user, randomBytes(32).toString('base64url')]));
  const further = Object.fromEntries([...fresh].map(([user, password]) => [user, [passwordHash(password)]]));
  try {
    await rotation.atEachServer(async (admin) => {
      for (const { user } of rotation.users) await admin.call('ACL', 'SETUSER', user, `#${further[user]![0]}`);
    });
    rotation.writeAclFile(further);
    for (const { user, password, file } of rotation.users) {
      keepPrevious(file, password);
      replaceSecret(file, fresh.get(user)!);
    }
  } catch (error) {
    await takeBack(rotation, further);
    throw error;
  }
  return rotation.users.map(({ user, role }) => checked(user, `${role}: has a second password`, []));
}

/**
 * As far as it can: what failed may fail again, and must not hide why. Where a file still holds the new password (a disk
 * that is full refuses the old one as well), both stay good, until `--stage commit` or `abort`.
 */
async function takeBack(rotation: Rotation, further: FurtherHashes): Promise<void> {
  const restored = new Set(rotation.users.filter(isRestored).map(({ user }) => user));
  // A server that cannot be reached keeps a hash of a password that nobody knows.
  const remove = async (admin: RoleRedis) => {
    for (const user of restored) {
      await admin.call('ACL', 'SETUSER', user, `!${further[user]![0]}`).catch(() => undefined);
    }
  };
  await rotation.atEachServer(remove).catch(() => undefined);
  try {
    rotation.writeAclFile(Object.fromEntries(Object.entries(further).filter(([user]) => !restored.has(user))));
  } catch {
    // The first failure is the one that is told.
  }
}

/** Does its file hold the password from before again? */
function isRestored({ password, file }: RotatedUser): boolean {
  try {
    if (readSecretFile(file) !== password) replaceSecret(file, password);
    dropPrevious(file);
    return true;
  } catch {
    return false;
  }
}

/** Whatever would leave a rotation half done. */
async function obstaclesOf({ users, atEachServer }: Rotation): Promise<AclCheck[]> {
  const files = users.map(({ user, file }) => {
    const reason = whyNotReplaceable(file);
    const problems = reason === undefined ? [] : [`${file.name}_FILE cannot be replaced here (${reason})`];
    if (readPrevious(file) !== undefined)
      problems.push('a rotation is under way: --stage commit ends it, abort undoes it');
    return checked(user, 'password file', problems);
  });
  const atServers = await atEachServer(async (admin, server) => {
    const checks: AclCheck[] = [];
    for (const { user, password } of users) {
      const state = await readUserState(admin, user);
      const problems: string[] = [];
      if (state === undefined) problems.push(NO_SUCH_USER);
      else if (!state.passwordHashes.has(passwordHash(password))) problems.push('has another password than its file');
      else if (state.passwordHashes.size > 1)
        problems.push('has two passwords already: --stage commit removes the other');
      checks.push(checked(user, `password at ${server}`, problems));
    }
    return checks;
  });
  return [...files, ...atServers.flat()].filter(({ result }) => result === 'failed');
}

/** Who would be refused after the old passwords are gone: connections that have not taken the new one. */
export async function whoIsBehind({ users, atEachServer }: Rotation): Promise<AclCheck[]> {
  const lists = await atEachServer((admin) => signedInClients(admin));
  return users.map(({ user, tag }) => {
    const behind = lists.flatMap((clients) => withoutTag(clients, user, tag));
    const told = behind.map(({ name, addr }) => `${name || 'a connection without a name'} at ${addr}`);
    return checked(user, 'every connection knows its password', told);
  });
}

/**
 * Proves that the passwords of the files are good, and makes them the only ones. A server that has forgotten one, because
 * it started again by an older aclfile, gets it: otherwise nobody could sign in there.
 */
export async function keepOnlyThese(rotation: Rotation): Promise<AclCheck[]> {
  const { users, atEachServer, signIn } = rotation;
  const proofs: AclCheck[] = [];
  for (const user of users) proofs.push(await prove(user, signIn));
  if (proofs.some(({ result }) => result === 'failed')) return proofs;
  for (const { file } of users) dropPrevious(file);
  rotation.writeAclFile({});
  const removed = await atEachServer(async (admin, server) => {
    const checks: AclCheck[] = [];
    for (const { user, password } of users) {
      const state = await readUserState(admin, user);
      if (state === undefined) {
        checks.push(checked(user, `password at ${server}`, [NO_SUCH_USER]));
        continue;
      }
      const hashes = state.passwordHashes;
      const own = passwordHash(password);
      const others = [...hashes].filter((hash) => hash !== own);
      const rules = [...(hashes.has(own) ? [] : [`#${own}`]), ...others.map((hash) => `!${hash}`)];
      if (rules.length > 0) await admin.call('ACL', 'SETUSER', user, ...rules);
      checks.push(checked(user, `${others.length} other password(s) removed at ${server}`, []));
    }
    return checks;
  });
  return [...proofs, ...removed.flat()];
}

async function prove(user: RotatedUser, signIn: Rotation['signIn']): Promise<AclCheck> {
  let servers = 0;
  const proof = await attempt(user.user, `${user.role}: signs in by the password of its file`, async () => {
    servers = await signIn(user);
    return [];
  });
  if (proof.result === 'failed' || servers > 0) return proof;
  return { ...proof, result: 'skipped', detail: 'its server is away' };
}

/**
 * Puts the passwords from before back into their files; running processes take them as they took the new ones. The servers
 * first: one may have forgotten them since, and with the file the only copy of the new password goes.
 */
export async function restorePasswords({ users, atEachServer, writeAclFile }: Rotation): Promise<void> {
  const before = users.flatMap(({ user, file }) => {
    const password = readPrevious(file);
    return password === undefined ? [] : [{ user, file, password }];
  });
  await atEachServer(async (admin) => {
    for (const { user, password } of before) await admin.call('ACL', 'SETUSER', user, `#${passwordHash(password)}`);
  });
  writeAclFile({});
  for (const { file, password } of before) replaceSecret(file, password);
}

/** Ends every connection of the users: whoever came in by a password that leaked is out. */
export async function killConnections({ users, atEachServer }: Rotation): Promise<AclCheck[]> {
  const killed = await atEachServer(async (admin, server) => {
    const checks: AclCheck[] = [];
    for (const { user } of users) {
      const count = Number(await admin.call('CLIENT', 'KILL', 'USER', user));
      checks.push(checked(user, `${count} connection(s) ended at ${server}`, []));
    }
    return checks;
  });
  return killed.flat();
}

/** A password that its aclfile does not have is forgotten by a server that restarts, and then nobody can sign in. */
export async function forgottenByRestart({ atEachServer, hasEveryAclFile }: Rotation): Promise<AclCheck[]> {
  if (hasEveryAclFile) return [];
  const told = await atEachServer(async (admin, server): Promise<AclCheck[]> => {
    // A managed service keeps its configuration to itself, and its users in its own way.
    const [, path] = await (admin.config('GET', 'aclfile') as Promise<string[]>).catch(() => []);
    if (!path) return [];
    const detail = `${path} there may hold the old passwords: write it by --aclfile, or "render --out", before it restarts`;
    return [{ subject: server, check: 'aclfile', result: 'skipped', detail }];
  });
  return told.flat();
}
