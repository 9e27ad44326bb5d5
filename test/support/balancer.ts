import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What stands in front of several processes: each connection goes to the next one that takes it. */
export interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * As small as one can be: it knows nothing of health or of HTTP, so a process that takes a connection has to answer what
 * comes by it.
 * @param ports of 127.0.0.1
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    turn += 1;
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('close', () => sockets.delete(client));
    const inTurn = ports.map((_, index) => ports[(turn + index) % ports.length]!);
    void firstThatTakes(inTurn).then((node) => (node ? join(client, node) : client.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function firstThatTakes(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const node = connect({ port, host: '127.0.0.1', noDelay: true });
    const isTaken = await once(node, 'connect').then(
      () => true,
      () => false,
    );
    if (isTaken) return node;
  }
  return undefined;
}

function join(client: Socket, node: Socket): void {
  node.on('error', () => undefined);
  node.once('close', () => client.destroy());
  client.once('close', () => node.destroy());
  node.pipe(client);
  client.pipe(node);
}
