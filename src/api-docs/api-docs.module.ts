import { Module } from '@nestjs/common';
import { ApiDocsController } from './api-docs.controller.js';

/** What this server can be asked, described from the schemas that it validates by. */
@Module({ controllers: [ApiDocsController] })
export class ApiDocsModule {}
