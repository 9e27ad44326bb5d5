import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../../scripts/lib/plain-error.mjs';

const LOAD = fileURLToPath(new URL('../load/socket-load.mjs', import.meta.url));

/** A process of socket clients (load/socket-load.mjs), told what to do by `ask`. Ends with the stack. */
export function startSocketClients(stack, name) {
  const child = spawn(process.execPath, [LOAD], {
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const asked = new Map();
  let lastId = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line);
    asked.get(answer.id)(answer);
    asked.delete(answer.id);
  });
  const exited = once(child, 'exit');
  stack.own({ stop: () => (child.stdin.end(), exited) });

  /** @throws PlainError when a socket did not get each alert exactly once and in order, or nothing comes in time */
  async function ask(what, command = {}, timeoutMs = 120_000) {
    const id = (lastId += 1);
    const answered = new Promise((resolve) => asked.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ ...command, id, do: what })}\n`);
    // Without `ref`: the silence of an answer that came long ago must not hold up the end of the run.
    const silence = delay(timeoutMs, undefined, { ref: false });
    const answer = await Promise.race([answered, silence, exited.then(() => undefined)]);
    if (answer === undefined) throw new PlainError(`the sockets of ${name} gave no answer to ${JSON.stringify(what)}`);
    if (answer.problemCount === 0) return answer;
    throw new PlainError(`${answer.problemCount} problems at the sockets of ${name}: ${answer.problems.join('; ')}`);
  }
  return { name, pid: child.pid, ask };
}
