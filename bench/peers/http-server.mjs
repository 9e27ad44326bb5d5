/** What the peers on bare node:http share. */

/** Hands over the body as text. */
export function readBody(request, onText) {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => onText(text));
}

/** Answers with JSON. */
export function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Listens on a free port, says where, and ends with the process on SIGTERM. */
export function listen(server) {
  process.once('SIGTERM', () => process.exit(0));
  server.keepAliveTimeout = 120_000; // connections wait between the rounds
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      process.stdout.write(`listening http://127.0.0.1:${server.address().port}\n`);
      resolve();
    });
  });
}
