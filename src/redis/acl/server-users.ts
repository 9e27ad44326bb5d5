import type { RedisServerUser } from '../../config/redis-config.js';
import { grant } from './grant.js';
import type { UserGrants } from './grants.js';

interface ServerUser extends UserGrants {
  readonly who: RedisServerUser;
  readonly purpose: string;
}

/**
 * Users of Redis' own processes, by their name in the policy: no connection of this system signs in as them. What
 * they may do is what the Redis documentation lists, less what no failover was seen to call.
 */
export const SERVER_USERS: Readonly<Record<string, ServerUser>> = {
  replication_user: {
    who: 'replication',
    purpose: 'replicas at their master (`masteruser`), where there are any',
    keys: [],
    channels: [],
    commands: [grant('ping psync replconf', 'a replica asks for the data, and says how far it is')],
  },
  failover_user: {
    who: 'failover',
    purpose: 'sentinels at the servers (`sentinel auth-user`), where there are any',
    keys: [],
    channels: [grant('__sentinel__:hello', 'sentinels find each other by it')],
    commands: [
      grant('ping info', 'is the server there, what is it, which replicas does it have'),
      grant('client|setname', 'names the connection in CLIENT LIST'),
      grant('publish subscribe', 'sentinels tell each other of themselves'),
      grant(
        'slaveof config|rewrite client|kill multi exec',
        'a failover: another master, kept over a restart, old clients cut',
      ),
      grant('script|kill', 'ends a script that holds a server up which is to become the master'),
    ],
  },
};
