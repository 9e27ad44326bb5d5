import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('./sockets.mjs', import.meta.url));

/** The process of sockets.mjs: `ask` it for `state`, `behind` or what readers were `told`. */
export function startSockets({ urls, token, count }) {
  const child = fork(FILE, { env: { PATH: process.env.PATH } });
  const asked = new Map();
  let lastId = 0;
  child.on('message', ({ id, answer }) => {
    asked.get(id)?.(answer);
    asked.delete(id);
  });
  const ask = (what, command = {}) =>
    new Promise((resolve) => {
      const id = (lastId += 1);
      asked.set(id, resolve);
      child.send({ ...command, id, do: what });
    });
  void ask('connect', { urls, token, count });
  return {
    ask,
    pid: child.pid,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
