import { ConfigError } from '../../config/config.js';
import { classifyRedisError } from '../redis-error.js';
import { AclConnectionError } from './connection.js';
import { PolicyError } from './policy.js';
import { UsageError } from './usage.js';

const OUR_ERRORS = [UsageError, PolicyError, ConfigError, AclConnectionError];

/** What an error says, where that is known to hold no secret: ours, those of arguments and files, and of Redis the kind. */
export function plainMessage(error: unknown): string {
  if (OUR_ERRORS.some((kind) => error instanceof kind)) return (error as Error).message;
  const { name, message, code, syscall } = error as NodeJS.ErrnoException;
  if (code?.startsWith('ERR_PARSE_ARGS') || syscall !== undefined) return message;
  if (name !== 'ReplyError') return `failed: ${code ?? name}`;
  const refusal = classifyRedisError(error);
  return `${refusal.message} (${refusal.code})`;
}
