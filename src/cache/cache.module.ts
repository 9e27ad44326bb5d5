import { Module } from '@nestjs/common';
import { AppRedis } from '../redis/redis.modules.js';
import { CacheService } from './cache.service.js';

/** The cache, as app_user. */
@Module({ imports: [AppRedis], providers: [CacheService], exports: [CacheService] })
export class CacheModule {}
