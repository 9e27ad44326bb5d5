/** Why Redis refused or failed, as one of our stable codes. */
export type RedisErrorCode =
  | 'REDIS_WRONGPASS'
  | 'REDIS_NOAUTH'
  | 'REDIS_NOPERM'
  | 'REDIS_READONLY'
  | 'REDIS_LOADING'
  | 'REDIS_OOM'
  | 'REDIS_MISCONF'
  | 'REDIS_WRONG_DB'
  | 'REDIS_TLS'
  | 'REDIS_NO_MASTER'
  | 'REDIS_TIMEOUT'
  | 'REDIS_UNREACHABLE'
  | 'REDIS_ERROR';

/** A failure of Redis in words that are safe to show: no command arguments, no password, no address. */
export interface RedisFailure {
  readonly code: RedisErrorCode;
  readonly message: string;
}

// Redis 7.0 answers a denial inside Lua with "The user executing the script can't ..."; Valkey with "ACL failure in script".
const PATTERNS: readonly (readonly [RegExp, RedisErrorCode, string])[] = [
  [/^WRONGPASS/, 'REDIS_WRONGPASS', 'Invalid username-password pair or user is disabled'],
  [/^NOAUTH/, 'REDIS_NOAUTH', 'Redis asks for a login and none was given'],
  [
    /^NOPERM|The user executing the script can't|ACL failure in script/,
    'REDIS_NOPERM',
    'The Redis user lacks a permission that it needs',
  ],
  [/^READONLY/, 'REDIS_READONLY', 'This Redis server is a read-only replica'],
  [/^LOADING/, 'REDIS_LOADING', 'Redis is still loading its data'],
  [/^OOM/, 'REDIS_OOM', 'Redis has reached its maxmemory and refuses writes'],
  [/^NOREPLICAS/, 'REDIS_ERROR', 'Redis has fewer replicas than min-replicas-to-write asks for, and refuses writes'],
  [/^BUSY /, 'REDIS_ERROR', 'Redis is held up by a script that does not end'],
  [/^MISCONF/, 'REDIS_MISCONF', 'Redis cannot persist its data (disk full?) and refuses writes'],
  [/^WRONGDB/, 'REDIS_WRONG_DB', 'The connection is not the Redis user or database that it should be'],
  [/CERT_HAS_EXPIRED|certificate has expired/, 'REDIS_TLS', 'The certificate of Redis has expired: renew it'],
  [
    /altnames|ALTNAME_INVALID/,
    'REDIS_TLS',
    'The certificate of Redis is for another name: correct the address, or set REDIS_TLS_SERVER_NAME to the name in it',
  ],
  [
    /self-signed|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|unable to (verify|get)/,
    'REDIS_TLS',
    'The certificate of Redis comes from an authority that is not trusted: set REDIS_TLS_CA_FILE to that of its authority',
  ],
  [
    /certificate.required/i,
    'REDIS_TLS',
    'Redis asks for a client certificate: say "tls-auth-clients no" on the server, where users sign in by password',
  ],
  [
    /wrong.version.number/i,
    'REDIS_TLS',
    'Redis does not speak TLS at this address: write redis:// instead of rediss://',
  ],
  [
    /certificate|ERR_TLS|ERR_SSL|SSL routines|SELF_SIGNED|altnames/i,
    'REDIS_TLS',
    'The TLS connection to Redis failed: check the scheme (rediss://) and REDIS_TLS_CA_FILE',
  ],
  [/CLUSTERDOWN|None of startup nodes/, 'REDIS_UNREACHABLE', 'The Redis Cluster does not serve all of its slots'],
  [/^(MOVED|ASK|TRYAGAIN) |Cluster redirections/, 'REDIS_UNREACHABLE', 'A slot of the Redis Cluster is being moved'],
  [/timed? ?out|ETIMEDOUT/i, 'REDIS_TIMEOUT', 'Redis did not answer in time'],
  [
    /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EPIPE|Connection is closed|Stream isn't writeable|Cluster isn't ready|max retries|MaxRetries/i,
    'REDIS_UNREACHABLE',
    'Redis cannot be reached',
  ],
];

/** Sorts any error of a Redis client into our codes; never throws, never repeats what the error holds. */
export function classifyRedisError(error: unknown): RedisFailure {
  const { code, name, message } = asErrorFields(error);
  const atSentinels = NO_MASTER.exec(message);
  if (atSentinels) return noMaster(atSentinels[1]);
  const text = message || code || name;
  for (const candidate of [message, code, name]) {
    for (const [pattern, failureCode, safeMessage] of PATTERNS) {
      if (pattern.test(candidate)) return { code: failureCode, message: safeMessage };
    }
  }
  return {
    code: 'REDIS_ERROR',
    message: `Redis answered with an error${text ? ` (${text.split(/[\s:]/, 1)[0]})` : ''}`,
  };
}

const NO_MASTER = /^All sentinels are unreachable.*?(?:Last error: (.*))?$/s;

function noMaster(lastError: string | undefined): RedisFailure {
  const unknown = lastError === undefined || lastError.includes('No such master');
  const why = unknown ? 'none knows a master of that name' : classifyRedisError(new Error(lastError)).message;
  return { code: 'REDIS_NO_MASTER', message: `No sentinel says which server is the master: ${why}` };
}

/** How far a connection had come when it failed, and how it was made. */
export interface ConnectionStage {
  readonly tls: boolean;
  readonly status: string;
  /** It was ready before: both sides speak the same. */
  readonly hasServed: boolean;
}

/**
 * Sorts the error of a connection. Where one side speaks TLS and the other does not, neither gets a word from the
 * other: only the moment of the failure tells.
 */
export function classifyConnectionError(error: unknown, { tls, status, hasServed }: ConnectionStage): RedisFailure {
  const failure = classifyRedisError(error);
  if (hasServed) return failure;
  const { code } = asErrorFields(error);
  if (status === 'connect' && /ECONNRESET|EPIPE/.test(code)) {
    const habit = tls
      ? 'one that wants a client certificate does so (then say "tls-auth-clients no" there)'
      : 'one that speaks TLS does so (then write rediss://)';
    return { code: failure.code, message: `Redis closed the connection before a word: ${habit}` };
  }
  if (status === 'connecting' && tls && failure.code === 'REDIS_TIMEOUT') {
    const message = 'Redis did not answer the TLS greeting in time: does it speak TLS at all (else write redis://)?';
    return { code: failure.code, message };
  }
  return failure;
}

function asErrorFields(error: unknown): { code: string; name: string; message: string } {
  if (typeof error !== 'object' || error === null) return { code: '', name: '', message: String(error) };
  const field = (name: 'code' | 'name' | 'message') => {
    const value = (error as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : '';
  };
  return { code: field('code'), name: field('name'), message: field('message') };
}

/** A server repeats the arguments of a command that it does not know: of HELLO, one older than 6 or a proxy does. */
const REPEATED_ARGUMENTS = /,? with args beginning with:.*/s;

/**
 * Removes what an error may hold of a password: what ioredis adds, which is the arguments of HELLO and AUTH and the URL of
 * a failed parse (https://github.com/redis/ioredis/issues/1713), and arguments in the server's own words. The error itself
 * stays the same object.
 */
export function scrubRedisError(error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  const carrier = error as Record<
    'command' | 'input' | 'lastNodeError' | 'previousErrors' | 'message' | 'stack',
    unknown
  >;
  if (typeof carrier.command === 'object' && carrier.command !== null) {
    carrier.command = { name: (carrier.command as { name?: unknown }).name };
  }
  delete (carrier as { input?: unknown }).input;
  const { message } = asErrorFields(error);
  if (REPEATED_ARGUMENTS.test(message)) {
    carrier.message = message.replace(REPEATED_ARGUMENTS, '');
    carrier.stack = carrier.message; // which holds the message as it was
  }
  if (carrier.lastNodeError) scrubRedisError(carrier.lastNodeError);
  if (Array.isArray(carrier.previousErrors)) carrier.previousErrors.forEach(scrubRedisError);
}
