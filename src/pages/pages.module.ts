import { Module } from '@nestjs/common';
import { PagesController } from './pages.controller.js';

/** What a person opens in a browser: the panic button, the live feed, the health of the Redis users. */
@Module({ controllers: [PagesController] })
export class PagesModule {}
