import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { DrainingAdapter } from './draining-adapter.js';

/** How long it waits here for answers that do not come, ms. */
const ANSWER_WITHIN_MS = 200;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let port: number;
let adapter: DrainingAdapter;
let finish: () => void;

beforeEach(async () => {
  adapter = new DrainingAdapter({ return503OnClosing: false }).drainFor(50, ANSWER_WITHIN_MS);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.get('/', () => 'ok');
  fastify.get('/slow', () => new Promise<string>((resolve) => (finish = () => resolve('stored'))));
  adapter.initHttpServer();
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = fastify.server.address() as AddressInfo);
});
afterEach(() => adapter.close());
afterAll(() => agent.destroy());

async function ask(path: string): Promise<{ status: number | undefined; closes: boolean; body: string }> {
  const [response] = (await once(get({ port, host: '127.0.0.1', path, agent }), 'response')) as [IncomingMessage];
  let body = '';
  for await (const piece of response) body += String(piece);
  return { status: response.statusCode, closes: response.headers.connection === 'close', body };
}

it('goes on as before for a while, and lets connections go when nothing is on its way', async () => {
  expect(await ask('/')).toMatchObject({ status: 200, closes: false });
  let begun = false;
  adapter.onDrain(() => (begun = true));
  const drained = adapter.beforeClose();
  expect(begun).toBe(true);
  expect(await ask('/')).toMatchObject({ status: 200, closes: true });
  await drained;
  expect(await ask('/')).toMatchObject({ status: 200, closes: true });
});

it('answers what it has taken, then takes no more', async () => {
  const answer = ask('/slow');
  await once((adapter.getInstance() as unknown as FastifyInstance).server, 'request');
  await adapter.beforeClose();
  const closed = adapter.close();
  await expect(once(get({ port, host: '127.0.0.1', agent: false }), 'response')).rejects.toThrow('ECONNREFUSED');
  finish();
  expect(await answer).toMatchObject({ status: 200, body: 'stored' });
  await closed;
});

it('is held up by no connection that says nothing, or only half of what it wants', async () => {
  const silent = connect(port, '127.0.0.1');
  const halfway = connect(port, '127.0.0.1');
  await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
  halfway.write('POST / HTTP/1.1\r\nHost: na');
  await ask('/'); // the server has taken both by now
  const ends = [once(silent.resume(), 'close'), once(halfway.resume(), 'close')];
  halfway.on('error', () => undefined);
  await adapter.close();
  expect(await Promise.all(ends)).toHaveLength(2);
});

it('cuts what is not answered in time', async () => {
  const answer = ask('/slow').catch(String);
  await once((adapter.getInstance() as unknown as FastifyInstance).server, 'request');
  await adapter.close();
  expect(await answer).toContain('socket hang up');
});
