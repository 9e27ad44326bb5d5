import 'reflect-metadata';

/** Nest's logger without the rest of @nestjs/common, which a job process would load for 0.2 s of CPU and never use. */
export { Logger } from '@nestjs/common/services/logger.service.js';
