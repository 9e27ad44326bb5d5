import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of the pages, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

const WEB = join(import.meta.dirname, '..', '..', 'web');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * Every file that is served, by name: those of web/ and the Socket.IO client. They are read once; what is not in the
 * map cannot be asked for, whatever the path says.
 */
export function readPageFiles(folder = WEB): ReadonlyMap<string, PageFile> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  const files = new Map(names.map((name) => [name, pageFile(TYPES[extname(name)]!, readFileSync(join(folder, name)))]));
  return files.set('socket.io.js', pageFile(TYPES['.js']!, socketIoClient()));
}

/** The client of the very version that serves; without the reference to a source map that is not served. */
function socketIoClient(): Buffer {
  const server = dirname(createRequire(import.meta.url).resolve('socket.io/package.json'));
  const text = readFileSync(join(server, 'client-dist', 'socket.io.esm.min.js'), 'utf8');
  return Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

/** A body as it is sent: with its tag, and compressed once. */
export function pageFile(type: string, body: Buffer): PageFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type, etag, body, gzipped: gzipSync(body) };
}
