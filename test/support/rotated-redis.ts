import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { loadConfig, type Config } from '../../src/config/config.js';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { readUserState } from '../../src/redis/acl/user-state.js';
import { secretFilesFor } from './secret-files.js';
import { startTestRedis, type TestRedis } from './test-redis.js';

const ROLES = ['app', 'websocket', 'realtime', 'monitoring', 'master'];

/** A Redis whose passwords stand in files, and the `acl` command line beside it. */
export class RotatedRedis {
  private constructor(
    readonly redis: TestRedis,
    readonly admin: Redis,
    readonly aclfile: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<RotatedRedis> {
    const redis = await startTestRedis();
    const admin = redis.admin();
    const aclfile = String(((await admin.config('GET', 'aclfile')) as string[])[1]);
    const env = {
      ...secretFilesFor(redis.env),
      REDIS_ACL_FILE: aclfile,
      NABOOM_OPERATOR_KEY: randomBytes(24).toString('hex'),
      DATABASE_URL: 'postgres://127.0.0.1/unused',
    };
    return new RotatedRedis(redis, admin, aclfile, env);
  }

  config(): Config {
    return loadConfig(this.env);
  }

  fileOf(role: string): string {
    return this.env[`REDIS_${role.toUpperCase()}_PASSWORD_FILE`]!;
  }

  passwordOf(role: string): string {
    return readFileSync(this.fileOf(role), 'utf8').trim();
  }

  /** The hashes by which a user may sign in. */
  async hashesOf(user: string): Promise<string[]> {
    return [...((await readUserState(this.admin, user))?.passwordHashes ?? [])];
  }

  /** Runs the command line here; its exit code and output, in which no password may stand. */
  async acl(line: string, further: Readonly<Record<string, string>> = {}): Promise<{ code: number; text: string }> {
    const lines: string[] = [];
    const secrets = ROLES.map((role) => this.passwordOf(role));
    const code = await runAclCommand(line.split(' '), { ...this.env, ...further }, (text) => lines.push(text));
    const text = lines.join('\n');
    secrets.push(...ROLES.map((role) => this.passwordOf(role)));
    if (secrets.some((secret) => text.includes(secret))) throw new Error(`acl ${line} told a password`);
    return { code, text };
  }
}
