import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { Fleet } from './fleet.js';
import { secretFilesFor } from './secret-files.js';
import { TEST_OPERATOR_KEY } from './test-node.js';

const ACL = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'acl.js');

/** A connection of our processes: id and user; its name tells the password by which it signs in again. */
export interface OurClient {
  readonly id: string;
  readonly user: string;
  readonly name: string;
}

/** The whole product with its Redis passwords in files, as a deployment has them, and the command line beside it. */
export class RotatedFleet {
  private constructor(
    readonly fleet: Fleet,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<RotatedFleet> {
    let files: Record<string, string> | undefined;
    const fleet = await Fleet.start({
      webhooks: true,
      env: ({ redis }) => {
        // Asked for each process: all of them read the same files.
        files ??= secretFilesFor(redis.env);
        const { REDIS_MASTER_PASSWORD_FILE: _, ...ofProcesses } = files;
        return ofProcesses;
      },
    });
    const [, aclFile = ''] = (await fleet.redis.admin().config('GET', 'aclfile')) as string[];
    return new RotatedFleet(fleet, { ...files, REDIS_ACL_FILE: aclFile, DATABASE_URL: fleet.postgres.url });
  }

  /** Runs the command line in a process of its own; its output. Rejects when it fails. */
  async acl(...args: readonly string[]): Promise<string> {
    const env = { PATH: process.env.PATH, NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY, ...this.env };
    const child = spawn(process.execPath, [ACL, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`acl ${args.join(' ')} ended with ${String(code)}: ${output}`);
    return output;
  }

  /** The connections of our processes to Redis. */
  async clients(): Promise<OurClient[]> {
    const lines = String(await this.fleet.redis.admin().client('LIST')).split('\n');
    const field = (line: string, name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
    return lines
      .map((line) => ({ id: field(line, 'id'), user: field(line, 'user'), name: field(line, 'name') }))
      .filter(({ user, name }) => user.endsWith('_user') && !name.includes(':acl'));
  }

  /** Every API process says of every Redis user that it is healthy, and hears the others. */
  async untilEveryUserIsHealthy(): Promise<void> {
    for (const { url } of this.fleet.apis) {
      const isHealthy = async () => {
        const users = await usersOf(url);
        expect(users).toEqual(Object.fromEntries(Object.keys(users).map((user) => [user, 'healthy'])));
        return true;
      };
      await eventually(isHealthy, { everyMs: 100, withinMs: 20_000, what: 'healthy Redis users' });
    }
    const hearing = async () => (await this.hearers()) >= this.fleet.apis.length;
    await eventually(hearing, { everyMs: 100, what: 'adapters that hear' });
  }

  /** How many connections hear what the Socket.IO adapters tell each other. */
  async hearers(): Promise<number> {
    const admin = this.fleet.redis.admin();
    const channels = ((await admin.call('PUBSUB', 'SHARDCHANNELS', 'naboom:ws*')) as string[]).filter((name) =>
      name.endsWith('#/#'),
    );
    const counts = (await admin.call('PUBSUB', 'SHARDNUMSUB', ...channels)) as unknown[];
    admin.disconnect();
    return counts.reduce((sum: number, count) => sum + (typeof count === 'number' ? count : 0), 0);
  }
}

/** Status by Redis user, as a process tells it. */
export async function usersOf(url: string): Promise<Record<string, string>> {
  const response = await fetch(`${url}/health/redis`);
  const { redis_acl_health: health } = (await response.json()) as {
    redis_acl_health: Record<string, { status: string }>;
  };
  return Object.fromEntries(Object.entries(health).map(([user, { status }]) => [user, status]));
}
