import { channelProblems, withChannelDefaults } from './channel-problems.js';
import { ENV_NAMES, envSchema, SECRET_NAMES, type EnvName, type EnvValues } from './env-vars.js';
import { withPasswordFiles } from './password-files.js';
import { readRedisConfig, type RedisConfig } from './redis-config.js';
import { readSecretFile } from './secret-file.js';

/** The effective configuration of a process: read once, typed, never changed. */
export interface Config {
  readonly env: Readonly<EnvValues>;
  readonly redis: RedisConfig;
}

/** All that is wrong with the environment, a line each; it never repeats a secret. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the whole configuration from an environment.
 * @throws ConfigError with every problem at once
 */
export function loadConfig(source: Env): Config {
  const problems: string[] = [];
  const files = secretFilesOf(source);
  const env = withSecretFiles(source, files, problems);
  const parsed = envSchema.safeParse(env);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => describeIssue(issue, env)));
  const values = parsed.data ?? bestEffort(env);
  const redis = withPasswordFiles(readRedisConfig(values, problems), files, values.NABOOM_OPERATOR_KEY);
  problems.push(...webhookProblems(values), ...channelProblems(values));
  if (problems.length > 0) throw new ConfigError(problems);
  return { env: withChannelDefaults(values), redis };
}

/** The file of each secret that is given as `<NAME>_FILE`. */
function secretFilesOf(source: Env): Record<string, string> {
  const named = SECRET_NAMES.map((name) => [name, source[`${name}_FILE`]] as const);
  return Object.fromEntries(named.filter((entry): entry is [EnvName, string] => Boolean(entry[1])));
}

/** Replaces `<NAME>_FILE` by the trimmed content of the file; empty values count as absent. */
function withSecretFiles(
  source: Env,
  files: Readonly<Record<string, string>>,
  problems: string[],
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {};
  for (const name of ENV_NAMES) env[name] = source[name] === '' ? undefined : source[name];
  for (const [name, path] of Object.entries(files)) {
    if (env[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set: remove one of them`);
      continue;
    }
    try {
      env[name] = readSecretFile({ path, name });
      if (env[name] === undefined) problems.push(`${name}_FILE: the file is empty`);
    } catch (error) {
      problems.push(`${name}_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    }
  }
  return env;
}

interface Issue {
  readonly path: PropertyKey[];
  readonly code?: string;
  readonly message: string;
}

function describeIssue(issue: Issue, env: Env): string {
  const name = String(issue.path[0]) as EnvName;
  if (env[name] === undefined) return `${name} is missing${HOW_TO_GET[name] ?? ''}`;
  return `${name} ${issue.message.startsWith('is ') || issue.message.startsWith('must ') ? '' : 'is not valid: '}${issue.message}`;
}

const HOW_TO_GET: Partial<Record<EnvName, string>> = {
  NABOOM_OPERATOR_KEY: ": set it to a long random value, such as the output of 'openssl rand -base64 32'",
  DATABASE_URL: ": set it to postgres://user:password@host:port/name, or let 'npm start' start a Postgres",
};

/** The readable part of a bad environment, so that the Redis problems are found in the same run. */
function bestEffort(env: Env): EnvValues {
  const readable: Record<string, unknown> = {};
  for (const name of ENV_NAMES) {
    const value = envSchema.shape[name].safeParse(env[name]);
    readable[name] = value.success ? value.data : undefined;
  }
  return readable as EnvValues;
}

function webhookProblems(env: EnvValues): string[] {
  const urls = env.NABOOM_WEBHOOK_URLS ?? [];
  const problems = urls.flatMap((url, index) =>
    isWebUrl(url) ? [] : [`NABOOM_WEBHOOK_URLS: entry ${index + 1} is no http(s) URL without credentials`],
  );
  if (urls.length > 0 && !env.NABOOM_WEBHOOK_SECRET) {
    problems.push(`NABOOM_WEBHOOK_SECRET is missing: set it to whsec_ and the output of 'openssl rand -base64 32'`);
  }
  return problems;
}

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && !url.username && !url.password;
}
