import { Module } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { CallerIdentity } from './caller-identity.js';
import { OperatorKey } from './operator-key.js';
import { OriginPolicy } from './origin-policy.js';
import { ReceiptTokens } from './receipt-tokens.js';

/** Who asks: the operator key and the receipts of alerts. */
@Module({
  providers: [
    {
      provide: OperatorKey,
      inject: [CONFIG],
      useFactory: (config: Config) => new OperatorKey(config.env.NABOOM_OPERATOR_KEY),
    },
    {
      provide: ReceiptTokens,
      inject: [CONFIG],
      useFactory: (config: Config) => new ReceiptTokens(config.env.NABOOM_OPERATOR_KEY),
    },
    {
      provide: OriginPolicy,
      inject: [CONFIG],
      useFactory: (config: Config) => new OriginPolicy(config.env.NABOOM_ALLOWED_ORIGINS),
    },
    {
      provide: CallerIdentity,
      inject: [OperatorKey, ReceiptTokens],
      useFactory: (key: OperatorKey, receipts: ReceiptTokens) => new CallerIdentity(key, receipts),
    },
  ],
  exports: [OperatorKey, ReceiptTokens, CallerIdentity, OriginPolicy],
})
export class AuthModule {}
