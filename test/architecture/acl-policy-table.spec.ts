import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderAclDocs } from '../../src/redis/acl/acl-docs.js';
import { ADMIN_USER } from '../../src/redis/acl/configured-policy.js';
import { USER_GRANTS } from '../../src/redis/acl/grants.js';
import { SERVER_USERS } from '../../src/redis/acl/server-users.js';
import type { Grant } from '../../src/redis/acl/grant.js';
import { parsePolicy } from '../../src/redis/acl/policy.js';
import { REDIS_ROLE_NAMES, REDIS_ROLES } from '../../src/redis/redis.roles.js';

const fromRoot = (file: string) => readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');
const policyText = fromRoot('redis-acl.conf');
const policy = parsePolicy(policyText);
const sorted = (rules: Iterable<string>) => [...new Set(rules)].toSorted();
const rulesOf = (grants: readonly Grant[]) => sorted(grants.flatMap(({ rules }) => rules));
const granted = { ...USER_GRANTS, ...SERVER_USERS };
const limited = policy.filter((user) => user.name !== 'default' && !user.unlimited);

describe('redis-acl.conf', () => {
  it("names exactly the users of the roles, of Redis' own processes, the administrator and the default user", () => {
    const roles = REDIS_ROLE_NAMES.map((role) => REDIS_ROLES[role].user);
    const expected = ['default', ADMIN_USER, ...roles, ...Object.keys(SERVER_USERS)];
    expect(sorted(policy.map(({ name }) => name))).toEqual(sorted(expected));
    expect(policy.filter(({ unlimited }) => unlimited).map(({ name }) => name)).toEqual(['default', ADMIN_USER]);
    expect(sorted(Object.keys(granted))).toEqual(sorted(limited.map(({ name }) => name)));
  });

  it.each(limited.map((user) => [user.name, user] as const))(
    'grants %s what has a reason, and nothing else',
    (name, user) => {
      const grants = granted[name];
      expect(sorted(user.commands)).toEqual(rulesOf(grants?.commands ?? []));
      expect(sorted(user.keys)).toEqual(rulesOf(grants?.keys ?? []));
      expect(sorted(user.channels)).toEqual(rulesOf(grants?.channels ?? []));
      const whys = [...(grants?.commands ?? []), ...(grants?.keys ?? []), ...(grants?.channels ?? [])];
      expect(whys.filter(({ why }) => why.length < 10)).toEqual([]);
    },
  );

  it.each(REDIS_ROLE_NAMES)('gives %s the keys, channels and databases of the role table', (role) => {
    const { user, keys, channels, db, furtherDbs } = REDIS_ROLES[role];
    const found = limited.find(({ name }) => name === user);
    expect(sorted(found?.keys ?? [])).toEqual(sorted(keys));
    expect(sorted(found?.channels ?? [])).toEqual(sorted(channels));
    const selects = found?.commands.filter((command) => command.startsWith('select|')) ?? [];
    expect(sorted(selects)).toEqual(
      sorted([db, ...furtherDbs].filter((number) => number !== 0).map((n) => `select|${n}`)),
    );
  });

  it('keeps the prefixes of the roles apart, but for the queue that app may hold', () => {
    const owned = REDIS_ROLE_NAMES.filter((role) => role !== 'queue').flatMap((role) =>
      REDIS_ROLES[role].keys.map((key) => key.replace(/\*$/, '')),
    );
    const nested = owned.filter((one) => owned.some((other) => other !== one && one.startsWith(other)));
    expect(nested).toEqual([]);
    expect(new Set(owned).size).toBe(owned.length);
  });

  it('stands in docs/redis-acl.md as it is (npm run docs)', () => {
    expect(fromRoot('docs/redis-acl.md')).toBe(renderAclDocs(policyText));
  });
});
