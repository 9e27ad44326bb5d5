import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { QueueBoardController } from './queue-board.controller.js';
import { QueueBoard } from './queue-board.js';

/** The page of the queues. It loads BullMQ when somebody opens it, and not before. */
@Module({
  imports: [AuthModule],
  controllers: [QueueBoardController],
  providers: [{ provide: QueueBoard, inject: [CONFIG], useFactory: (config: Config) => new QueueBoard(config) }],
})
export class QueueBoardModule implements OnModuleDestroy {
  constructor(@Inject(QueueBoard) private readonly board: QueueBoard) {}

  async onModuleDestroy(): Promise<void> {
    await this.board.close();
  }
}
