import { z } from 'zod';
import { describes } from './describes.js';
import { ERRORS, type ErrorCode } from '../errors/error-codes.js';
import type { Problem } from '../errors/problem.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** What every error is answered with, on HTTP and on sockets. */
export const problemSchema = describes<Problem>()(
  z
    .object({
      type: z.string().describe('A URN of the code'),
      title: z.string(),
      status: z.int().min(400).max(599),
      code: z.enum(CODES),
      detail: z.string().describe('What is wrong with this request'),
      help: z.string().describe('What to do about it'),
      instance: z.string().optional().describe('The id of the request, as in the log'),
      errors: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .describe('Fields that are not valid'),
      retryAfter: z.number().optional().describe('Seconds until another try makes sense'),
    })
    .meta({ id: 'Problem', description: 'An error (RFC 9457)' }),
);
