import { Module } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { OperatorKey } from './operator-key.js';
import { OriginPolicy } from './origin-policy.js';
import { ReceiptTokens } from './receipt-tokens.js';

/** What is proven without asking anybody: the operator key, the receipts of alerts, the origin of a page. */
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
  ],
  exports: [OperatorKey, ReceiptTokens, OriginPolicy],
})
export class CredentialsModule {}
