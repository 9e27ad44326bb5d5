import { REDIS_ROLE_NAMES, REDIS_ROLES } from '../redis.roles.js';
import type { Grant } from './grant.js';
import { clusterGrantsOf } from './grants-cluster.js';
import { USER_GRANTS } from './grants.js';
import { SERVER_USERS } from './server-users.js';
import { parsePolicy, type PolicyUser } from './policy.js';

const INTRO = `# Redis users and what each may do

Generated from \`redis-acl.conf\` and the table in \`src/redis/acl/grants.ts\` by \`npm run docs\`; do not edit.

One Redis server, one user for each job. A stolen password of one user opens that user's keys and channels and
nothing else. Grants are single commands, never categories: a category grows with the server's version. Isolation is
by key and channel prefix; a database number is no border (a connection begins in database 0 whatever it may select),
so no user has MOVE, COPY, SWAPDB, SCAN or KEYS, which do not stop at a prefix or a database.`;

const USE = `## Using the policy

\`\`\`
npm run acl -- render --out users.acl    # the server's aclfile: SHA-256 hashes, mode 0600
npm run acl -- apply --aclfile users.acl # a running server, user by user, nobody disconnected
npm run acl -- verify                    # sign in as each, try what is allowed and what must be refused
npm run acl -- diff                      # did anybody change the users by hand?
npm run acl -- rotate                    # other passwords, while everything runs on: operations.md
npm run acl -- log                       # what was refused lately: user, command, key; never a value
\`\`\`

- Users and passwords come from \`REDIS_<ROLE>_USER\` and \`REDIS_<ROLE>_PASSWORD\`. A user without a password is
  rendered \`off\`; so is \`queue_user\` until \`REDIS_QUEUE_USER\` and \`REDIS_QUEUE_PASSWORD\` split BullMQ off.
- \`+select|N\` follows \`REDIS_<ROLE>_DB\`.
- Redis copies users neither to replicas nor to other Cluster nodes. Those that Sentinel or the Cluster knows are found;
  name a further one with \`--node\`.
- \`replication_user\` and \`failover_user\` are for Redis' own processes, and \`off\` until \`REDIS_REPLICATION_PASSWORD\` and
  \`REDIS_FAILOVER_PASSWORD\` are set for the command line: [deployment.md](deployment.md#redis-on-more-than-one-server).
- Do not use \`ACL SAVE\` or \`ACL LOAD\`: Redis 7.0 folds the lists into categories, and disconnects every client.
- \`app_user\` holds EVAL for BullMQ and the limits, so whoever holds its password reads cache, limits, sessions and
  queue alike; no other user reaches them.
- An EVAL can stop the whole server. Give BullMQ a server of its own with \`REDIS_QUEUE_URL\` where that matters.`;

/** docs/redis-acl.md: every user, its rules, and why it has each of them. Throws PolicyError on a bad policy. */
export function renderAclDocs(policyText: string): string {
  const users = parsePolicy(policyText);
  return `${[INTRO, overview(users), USE, ...users.map(describeUser)].join('\n\n')}\n`;
}

function overview(users: readonly PolicyUser[]): string {
  const rows = users.map((user) => {
    const role = roleOf(user.name);
    const rights = user.unlimited
      ? ['all', 'all', 'all']
      : [code(user.keys), code(user.channels), String(user.commands.length)];
    return [code([user.name]), role === undefined ? '-' : databases(role), ...rights, purpose(user)];
  });
  return alignedTable([['user', 'databases', 'keys', 'channels', 'commands', 'for'], ...rows]);
}

function describeUser(user: PolicyUser): string {
  const title = `## \`${user.name}\`\n\n${sentence(purpose(user))}`;
  const grants = USER_GRANTS[user.name] ?? SERVER_USERS[user.name];
  if (grants === undefined) return title;
  const sections = [
    table('keys', user.keys, grants.keys),
    table('channels', user.channels, grants.channels),
    table('commands', user.commands, grants.commands),
    ...clusterTable(user.name),
  ];
  return [title, ...sections].join('\n\n');
}

/** What a Cluster adds; it stands in no policy file, `acl` grants it where REDIS_CLUSTER_NODES is set. */
function clusterTable(user: string): string[] {
  const rows = clusterGrantsOf(user).map(({ rules, why }) => [code(rules), cell(why)]);
  return rows.length === 0 ? [] : [alignedTable([['commands on a Cluster, instead of `select`', 'why'], ...rows])];
}

/** Only what the policy grants is shown; what the table does not explain is shown as such. */
function table(what: string, granted: readonly string[], grants: readonly Grant[]): string {
  if (granted.length === 0) return `No ${what}.`;
  const explained = new Set(grants.flatMap(({ rules }) => rules));
  const rows = grants
    .map(({ rules, why }) => ({ rules: rules.filter((rule) => granted.includes(rule)), why }))
    .filter(({ rules }) => rules.length > 0)
    .map(({ rules, why }) => [code(rules), cell(why)]);
  const unexplained = granted.filter((rule) => !explained.has(rule));
  if (unexplained.length > 0) rows.push([code(unexplained), 'no reason is known']);
  return alignedTable([[what, 'why'], ...rows]);
}

/** A table as prettier would leave it; the first row is the head. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

function roleOf(user: string) {
  return REDIS_ROLE_NAMES.map((name) => REDIS_ROLES[name]).find((role) => role.user === user);
}

function databases({ db, furtherDbs }: { db: number; furtherDbs: readonly number[] }): string {
  return [db, ...furtherDbs].join(', ');
}

function purpose(user: PolicyUser): string {
  if (user.name === 'default') {
    return "Redis' own user: off and without a password, so nobody is it; Redis replays its append-only file by its rules";
  }
  if (user.unlimited) return 'the `acl` and `doctor` command lines; no server process holds its password';
  return cell(roleOf(user.name)?.purpose ?? SERVER_USERS[user.name]?.purpose ?? 'unknown to the code');
}

function code(rules: readonly string[]): string {
  return rules.length === 0 ? 'none' : rules.map((rule) => `\`${cell(rule)}\``).join(' ');
}

/** A bar would end a table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
