import { keys } from '../redis/redis.keys.js';
import type { RoleClient } from '../redis/role-client.js';

const KNOWN_SECONDS = 30 * 86_400;

/** From where an account has signed in lately. Forgotten with Redis: then its owner is one of the strangers for once. */
export class KnownAddresses {
  constructor(private readonly redis: RoleClient) {}

  /** Never rejects. */
  async remember(account: string, address: string): Promise<void> {
    await this.redis.set(keys.knownAddress(account, address), '1', 'EX', KNOWN_SECONDS).catch(() => undefined);
  }

  /** Never rejects. */
  async knows(account: string, address: string): Promise<boolean> {
    return (await this.redis.get(keys.knownAddress(account, address)).catch(() => null)) !== null;
  }
}
