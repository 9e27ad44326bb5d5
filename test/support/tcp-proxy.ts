import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { NetworkLane, type Weather } from './network-lane.js';

/** A network path that a test can make bad, cut and mend. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection and refuses further ones. */
  cut(): Promise<void>;
  /** Undoes everything. */
  mend(): Promise<void>;
  close(): Promise<void>;
  /** Makes the path as slow and lossy as this, both ways, also for the connections that stand. */
  set(weather: Weather): void;
  /** Nothing passes any more, not even the end of a connection: both sides see silence. What waits passes when mended. */
  blackHole(): void;
  /** Lets requests through and ends the connection instead of passing on what is answered; resolves after `count` times. */
  loseReplies(count: number): Promise<void>;
}

export interface TcpTarget {
  readonly host?: string;
  readonly port: number;
}

interface Path {
  readonly lanes: Set<NetworkLane>;
  readonly sockets: Set<Socket>;
  weather: Weather;
  isOpen: boolean;
  repliesToLose: number;
  allLost: () => void;
}

/**
 * Forwards a free port of `listenOn` (127.0.0.1) to another one.
 * @param target may be a function, for a server that is started later
 */
export async function startTcpProxy(target: TcpTarget | (() => TcpTarget), listenOn = '127.0.0.1'): Promise<TcpProxy> {
  const path: Path = {
    lanes: new Set(),
    sockets: new Set(),
    weather: {},
    isOpen: true,
    repliesToLose: 0,
    allLost: () => undefined,
  };
  const server = createServer({ allowHalfOpen: true }, (inbound) => {
    const { host = '127.0.0.1', port } = typeof target === 'function' ? target() : target;
    join(inbound, connect({ port, host, allowHalfOpen: true }), path);
  });
  server.listen(0, listenOn);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of path.sockets) socket.destroy();
    await closed;
  };
  const change = (isOpen: boolean, weather: Weather) => {
    Object.assign(path, { isOpen, weather });
    for (const lane of path.lanes) lane.change(isOpen, weather);
  };
  const mend = async () => {
    path.repliesToLose = 0;
    change(true, {});
    if (server.listening) return;
    server.listen(port, listenOn);
    await once(server, 'listening');
  };
  const loseReplies = async (count: number) => {
    path.repliesToLose = count;
    await new Promise<void>((resolve) => (path.allLost = resolve));
  };
  const close = async () => (change(true, {}), cut());
  const set = (weather: Weather) => change(true, weather);
  return { port, cut, mend, close, set, blackHole: () => change(false, path.weather), loseReplies };
}

function join(inbound: Socket, outbound: Socket, path: Path): void {
  const replies = new NetworkLane(outbound, inbound, () => {
    if (path.repliesToLose === 0) return false;
    path.repliesToLose -= 1;
    if (path.repliesToLose === 0) path.allLost();
    return true;
  });
  for (const lane of [new NetworkLane(inbound, outbound), replies]) {
    lane.change(path.isOpen, path.weather);
    path.lanes.add(lane);
    const { from } = lane;
    path.sockets.add(from);
    from.once('close', () => (path.sockets.delete(from), path.lanes.delete(lane)));
  }
}
