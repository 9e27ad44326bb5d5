import { Inject, Injectable, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { findPromised } from '../database/promised-ids.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { DirectoryChangesModule } from '../directory-changes/directory-changes.module.js';
import { AppRedis, InjectRedis } from '../redis/redis.modules.js';
import { REQUEST_PATH } from '../redis/redis.options.js';
import type { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { ApiKeys, type KnownKey } from './api-keys.js';
import { CallerIdentity } from './caller-identity.js';
import { CredentialsModule } from './credentials.module.js';
import { OperatorKey } from './operator-key.js';
import { OriginPolicy } from './origin-policy.js';
import { ReceiptTokens } from './receipt-tokens.js';
import { RequestCaller } from './request-caller.js';
import { SessionCopies } from './session-copies.js';
import { SessionRecords } from './session-records.js';
import { Sessions } from './sessions.js';

/** Database number of the sessions, the second of app_user's further ones. */
const SESSIONS_DB = 3;

type IdentityDependencies = [OperatorKey, ReceiptTokens, Sessions, ApiKeys, Database];

/** The connection of sessions and API keys: a connection works in one database. */
@Injectable()
class SessionsRedis {
  readonly connection: RoleClient;
  readonly #logger = new Logger('Sessions');
  #reported = false;

  constructor(@InjectRedis('app') app: RoleConnections) {
    this.connection = app.open('sessions', { ...REQUEST_PATH, lazyConnect: true }, SESSIONS_DB);
    this.connection.on('error', () => this.#report());
  }

  /** An outage is reported by the role's other connection. A server without this database is none. */
  #report(): void {
    const failure = this.connection.lastFailure;
    if (failure?.code !== 'REDIS_WRONG_DB' || this.#reported) return;
    this.#reported = true;
    this.#logger.warn({ code: failure.code, db: SESSIONS_DB }, 'sessions have no copies in Redis; Postgres is asked');
  }
}

/** Who asks: sessions, API keys, the operator key, the receipts of alerts. */
@Module({
  imports: [AppRedis, DatabaseModule, DirectoryChangesModule, CredentialsModule],
  providers: [
    SessionsRedis,
    {
      provide: Sessions,
      inject: [Database, SessionsRedis, DirectoryChanges, CLOCK],
      useFactory: (database: Database, redis: SessionsRedis, changes: DirectoryChanges, clock: Clock) =>
        new Sessions({
          records: new SessionRecords(database),
          copies: new SessionCopies(redis.connection),
          changes,
          clock,
        }),
    },
    {
      provide: ApiKeys,
      inject: [Database, SessionsRedis, DirectoryChanges, CLOCK],
      useFactory: (database: Database, redis: SessionsRedis, changes: DirectoryChanges, clock: Clock) =>
        new ApiKeys({ database, copies: new SessionCopies<KnownKey>(redis.connection), changes, clock }),
    },
    {
      provide: CallerIdentity,
      inject: [OperatorKey, ReceiptTokens, Sessions, ApiKeys, Database],
      useFactory: (...[operatorKey, receipts, sessions, apiKeys, database]: IdentityDependencies) =>
        new CallerIdentity({
          operatorKey,
          receipts,
          sessions,
          apiKeys,
          findPromised: (alertId) => findPromised(database, alertId),
        }),
    },
    {
      provide: RequestCaller,
      inject: [CallerIdentity, OriginPolicy],
      useFactory: (identity: CallerIdentity, origins: OriginPolicy) => new RequestCaller(identity, origins),
    },
  ],
  exports: [CredentialsModule, DirectoryChangesModule, Sessions, ApiKeys, CallerIdentity, RequestCaller],
})
export class AuthModule implements OnModuleInit {
  constructor(@Inject(SessionsRedis) private readonly redis: SessionsRedis) {}

  onModuleInit(): void {
    // Why it does not connect shows in its error event, and it goes on trying.
    this.redis.connection.connect().catch(() => undefined);
  }
}
