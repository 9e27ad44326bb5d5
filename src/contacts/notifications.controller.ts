import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { parse } from '../errors/parse.js';
import { requireWithin } from '../limits/limit-headers.js';
import { RECEIPT_LIMIT } from '../limits/limit.js';
import { RateLimits } from '../limits/rate-limits.js';
import { sourceOf } from '../source-address.js';
import { DeliveryReceipts } from './delivery-receipts.js';

/** Body of a receipt. */
export const receiptSchema = z
  .object({ stage: z.enum(['received', 'seen']).default('received') })
  .meta({ id: 'DeliveryReceipt' });

/** What devices ask for and tell without anybody being signed in. */
@Controller('notifications')
export class NotificationsController {
  constructor(
    private readonly receipts: DeliveryReceipts,
    private readonly limits: RateLimits,
    @InjectConfig() private readonly config: Config,
  ) {}

  /** The key that a browser subscribes with. */
  @Get('push-key')
  pushKey(): { publicKey: string | null } {
    return { publicKey: this.config.env.NABOOM_VAPID_PUBLIC_KEY ?? null };
  }

  /** Tokens that are none get the same answer, and cost less than counting them would. */
  @Post('receipts/:token')
  @HttpCode(204)
  async receive(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<void> {
    const { stage } = parse(receiptSchema, body ?? {});
    const deliveryId = this.receipts.read(token);
    if (deliveryId === undefined) return;
    requireWithin(reply, [await this.limits.take(RECEIPT_LIMIT, sourceOf(request.ip))]);
    await this.receipts.take(deliveryId, stage);
  }
}
