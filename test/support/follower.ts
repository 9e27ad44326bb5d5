import { isOpen } from '../../src/alerts/alert.js';
import { eventually } from './eventually.js';
import { LiveClient } from './live-client.js';
import type { RealtimeNode } from './realtime-node.js';

/** Somebody's client by the rule of docs/events.md: what it holds, and whether anything came twice or out of order. */
export class Follower {
  readonly held = new Map<string, object>();
  readonly heard: number[] = [];
  readonly clients: LiveClient[] = [];
  #cursor: number | undefined;
  #audience: string | undefined;

  constructor(readonly auth: { token: string } | { receiptToken: string }) {}

  async connect(node: RealtimeNode): Promise<LiveClient> {
    const known = this.#cursor === undefined ? {} : { cursor: this.#cursor, audience: this.#audience };
    const client = new LiveClient(node.url, { ...this.auth, ...known });
    this.clients.push(client);
    client.socket.on('snapshot', ({ seq, alerts, audience }) => {
      this.held.clear();
      for (const alert of alerts) this.held.set(alert.id, alert);
      [this.#cursor, this.#audience] = [seq, audience];
    });
    client.socket.on('alert', ({ seq, alert, gone }) => {
      this.heard.push(seq);
      if (seq <= this.#cursor!) return;
      this.#cursor = seq;
      if (gone || !isOpen(alert)) this.held.delete(alert.id);
      else this.held.set(alert.id, alert);
    });
    await eventually(() => client.socket.connected && this.#cursor !== undefined, { what: 'a connected client' });
    return client;
  }

  drop(): void {
    this.clients.at(-1)!.close();
  }
}
