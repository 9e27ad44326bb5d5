import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageFile } from './page-files.js';
import { PAGE_HEADERS } from './page-headers.js';

/** `gzip;q=0` says that it is not wanted. */
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/** Always asked again (`no-cache`), mostly answered by 304: an update reaches every phone at its next visit. */
export function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...PAGE_HEADERS, etag: file.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (request.headers['if-none-match']?.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, '') === file.etag)) {
    void reply.status(304).send();
    return;
  }
  const zipped = TAKES_GZIP.test(request.headers['accept-encoding'] ?? '');
  if (zipped) void reply.header('content-encoding', 'gzip');
  void reply.type(file.type).send(zipped ? file.gzipped : file.body);
}
