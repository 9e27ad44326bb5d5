import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const ignore = () => undefined;
/** Headers that ask for another protocol. */
const ASKING = new Set(['upgrade', 'http2-settings']);

/**
 * Answers a request that asks for another protocol as if it did not, unless it is for `taken`. A server may do so, and
 * must: Java's own HTTP client asks for HTTP/2 (`h2c`) with every first request, a panic like any other. Because
 * somebody upgrades at all (Socket.IO), Node reads no further and leaves the connection to whoever listens: if nobody
 * does it is never answered, has no time limit, and the process could not end before it.
 */
export function declineUpgrades(server: Server, taken: string): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith(taken)) return;
    const again = () => {
      if (socket.destroyed) return;
      // What was read already is put back without what asked, and the connection begins anew.
      socket.unshift(Buffer.concat([plainHead(request), head]));
      server.emit('connection', socket);
    };
    const { _httpMessage: answering } = socket as Duplex & { _httpMessage?: ServerResponse };
    // The one before is not answered yet: two answers at once Node would not put in order here.
    if (!answering) return again();
    // Nobody else listens meanwhile, and an error without a listener would end the process.
    socket.on('error', ignore);
    answering.once('close', () => {
      socket.off('error', ignore);
      again();
    });
  });
}

/** The head of a request, as it would have come from who asks for nothing else. */
function plainHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    const value = rawHeaders[at + 1]!;
    if (ASKING.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? withoutAsking(value) : value}`);
  }
  // Node reads heads as Latin-1.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function withoutAsking(connection: string): string {
  const kept = connection.split(',').filter((option) => !ASKING.has(option.trim().toLowerCase()));
  return kept.join(',').trim() || 'keep-alive';
}
