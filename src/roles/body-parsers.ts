import type { FastifyInstance, FastifyRequest } from 'fastify';
import { wantsText } from '../auth/large-body.js';
import { AppError } from '../errors/app-error.js';

/** Bytes of a request body; more is answered with 413. */
export const BODY_LIMIT = 64 * 1024;

/** `type/subtype`, whatever parameters follow. */
const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/**
 * Bodies are read for what they are: an HTML form as its fields, everything else as JSON whatever it calls itself
 * (`sendBeacon` says text/plain). An empty body is an empty one, not an error: pressing panic needs no words.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    // Fastify answers 415 to a type that is none (`json`, or nothing at all): the body says more than its label.
    if (!MEDIA_TYPE.test(headers['content-type'] ?? '')) delete headers['content-type'];
    done();
  });
  const options = { parseAs: 'string', bodyLimit: BODY_LIMIT } as const;
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    options,
    async (request: FastifyRequest, body: string) => (wantsText(request) ? body : readForm(body)),
  );
  fastify.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async ({ headers }: { headers: { 'content-type'?: string } }, body: Buffer) =>
      readMultipart(body, headers['content-type'] ?? ''),
  );
  fastify.addContentTypeParser('*', options, async (request: FastifyRequest, body: string) =>
    wantsText(request) ? body : readJson(body),
  );
}

/** A form stays URLSearchParams, so that who handles it can tell it from JSON. */
function readForm(body: string): unknown {
  // What `curl -d '{…}'` sends calls itself a form: read it for what it is.
  return body.trimStart().startsWith('{') ? readJson(body) : new URLSearchParams(body);
}

/** The fields of a form that came in parts, as `FormData` sends it; files are passed over. */
async function readMultipart(body: Buffer, type: string): Promise<URLSearchParams> {
  try {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const fields = new URLSearchParams();
    for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value);
    return fields;
  } catch (error) {
    throw new AppError('BODY_UNREADABLE', 'The body is not a valid form', { cause: error });
  }
}

function readJson(body: string): unknown {
  // A byte order mark is no part of JSON, yet some tools put one.
  const text = body.replace(/^\uFEFF/, '');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new AppError('BODY_UNREADABLE', 'The body is not valid JSON', { cause: error });
  }
}
