import { canListen, freePort } from './free-port.mjs';
import { PlainError } from './plain-error.mjs';

/** HOST and PORT as chosen. PORT=0 picks a free one. */
export async function listenAddress(env) {
  const host = env.HOST || '127.0.0.1';
  const text = env.PORT || '3000';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new PlainError(`PORT=${text} is not a port: choose a number from 1 to 65535`);
  }
  const port = Number(text) || (await freePort());
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return { host, port, url: `http://${reachable}:${port}` };
}

/** Throws one line when the API could not listen there. */
export async function requireFree({ host, port }) {
  let free;
  try {
    free = await canListen(port, host);
  } catch (error) {
    if (error.code === 'EACCES')
      throw new PlainError(`Port ${port} needs root: choose one above 1023, for example PORT=3001`);
    throw new PlainError(`HOST=${host} cannot be listened on (${error.code}): choose an address of this machine`);
  }
  if (!free) {
    throw new PlainError(
      `Port ${port} is taken by another program: stop that one or choose another port, for example "PORT=${port + 1} npm start"`,
    );
  }
}
