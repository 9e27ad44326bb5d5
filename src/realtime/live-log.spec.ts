import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { CommitListener } from '../alerts/alert-log.js';
import { LiveLog } from './live-log.js';

const entry = (seq: number, alertId: string) => ({ seq, alertId, type: 'alert.raised', alert: {} }) as LogEntry;

/** One that has started, and cannot read the log until it has `come`. */
function beforePostgres() {
  let come = () => {};
  const away = new Promise<void>((resolve) => (come = resolve));
  const live = new LiveLog({
    log: { onCommit: () => undefined },
    reader: { after: async () => [], range: async () => away.then(() => ({ head: 0, floor: 0 })) },
    stream: { follow: async () => undefined },
  });
  live.start({ onEntries: () => undefined, onRewind: () => undefined });
  return { live, come };
}

/** Bytes that cannot be freed. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('the live log', () => {
  it('goes back with a log that was restored, and delivers what is raised from then on', async () => {
    Logger.overrideLogger(false);
    let log = ['a', 'b', 'c', 'd', 'e'].map((id, index) => entry(index + 1, id));
    let commit: CommitListener = () => undefined;
    const live = new LiveLog({
      log: { onCommit: (listener) => (commit = listener) },
      reader: {
        after: async (seq, limit) => log.slice(seq, seq + limit),
        range: async () => ({ head: log.length, floor: 0 }),
      },
      stream: { follow: async () => undefined },
    });
    const heard: string[] = [];
    let rewound = 0;
    live.start({
      onEntries: (entries) => void heard.push(...entries.map(({ alertId }) => alertId)),
      onRewind: () => (rewound += 1),
    });
    expect(await live.whenStarted(1000)).toBe(true);
    const raise = (seq: number, alertId: string) => {
      log = [...log, entry(seq, alertId)];
      commit([entry(seq, alertId)]);
    };
    raise(6, 'f');
    expect(await live.reached(6, 1000)).toBe(true);
    log = log.slice(0, 3);
    expect(await live.reached(7, 50)).toBe(false);
    expect(rewound).toBe(1);
    expect(live.recent.position).toBe(3);
    raise(4, 'new');
    expect(heard).toEqual(['f', 'new']);
    await live.stop();
  });

  it('hands over what is committed while it delivers afterwards, together and in order', async () => {
    const log: LogEntry[] = [];
    let commit: CommitListener = () => undefined;
    const live = new LiveLog({
      log: { onCommit: (listener) => (commit = listener) },
      reader: { after: async (seq) => log.slice(seq), range: async () => ({ head: log.length, floor: 0 }) },
      stream: { follow: async () => undefined },
    });
    const heard: string[] = [];
    let deliveredAll = () => {};
    const onEntries = async (entries: readonly LogEntry[]) => {
      heard.push(entries.map(({ alertId }) => alertId).join('+'));
      await new Promise<void>((resolve) => (deliveredAll = resolve));
    };
    live.start({ onEntries, onRewind: () => undefined });
    await live.whenStarted(1000);
    for (const id of ['a', 'b', 'c']) {
      log.push(entry(log.length + 1, id));
      commit(log.slice(-1));
    }
    expect(heard).toEqual(['a']);
    deliveredAll();
    expect(await live.reached(1, 1000)).toBe(true);
    expect(heard).toEqual(['a', 'b+c']);
    deliveredAll();
    await live.stop();
  });

  it('keeps nothing of those who gave up while it could not be read, and lets the others go on when it is', async () => {
    const { live, come } = beforePostgres();
    expect(await live.whenStarted(1)).toBe(false);
    const before = heapUsed();
    await Promise.all(Array.from({ length: 20_000 }, () => live.whenStarted(1)));
    expect(heapUsed() - before).toBeLessThan(3_000_000);
    const patient = live.whenStarted(60_000);
    come();
    expect(await patient).toBe(true);
    await live.stop();
  });

  it('lets nobody wait for it when it stops', async () => {
    const { live, come } = beforePostgres();
    const waits = live.whenStarted(60_000);
    const stopped = live.stop();
    expect(await waits).toBe(false);
    come();
    await stopped;
  });
});
