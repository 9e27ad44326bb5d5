import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../../scripts/lib/plain-error.mjs';

const STARTS_WITHIN_MS = 20_000;
const ENDS_WITHIN_MS = 10_000;

/**
 * A Node program of this folder in a process of its own, with exactly the given environment. Its standard output is
 * lines, handed to `onLine`; what it writes to standard error is shown.
 */
export function startProgram({ file, args = [], env = {}, onLine }) {
  const child = spawn(process.execPath, [...args, file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', onLine);
  return { pid: child.pid, child, exited: once(child, 'exit'), stop: () => endChild(child) };
}

/** Starts a program, one of peers/ unless `file` is given, and waits until it says `listening <url>`. Ends with the stack. */
export async function startPeer(
  stack,
  { name, env, file = fileURLToPath(new URL(`../peers/${name}.mjs`, import.meta.url)) },
) {
  let sayListening;
  const listening = new Promise((resolve) => (sayListening = resolve));
  const program = startProgram({
    file,
    env,
    onLine: (line) => line.startsWith('listening ') && sayListening(line.slice('listening '.length)),
  });
  stack.own(program);
  const gone = program.exited.then(([code]) => {
    throw new PlainError(`the peer ${name} ended with ${code} before it listened`);
  });
  const url = await Promise.race([listening, gone, tooLate(`the peer ${name} to listen`, STARTS_WITHIN_MS)]);
  gone.catch(() => undefined); // its end is asked for from now on
  return { name, url, pid: program.pid, stop: program.stop };
}

/** Runs a program to its end; its JSON lines, each also given to `onMessage` as it comes. */
export async function runProgram({ file, args, env, onMessage = () => undefined, timeoutMs = 120_000 }) {
  const messages = [];
  const onLine = (line) => {
    const message = JSON.parse(line);
    messages.push(message);
    onMessage(message);
  };
  const program = startProgram({ file, args, env, onLine });
  // `close` and not `exit`: the last lines may still be on their way.
  const timer = setTimeout(() => program.child.kill('SIGKILL'), timeoutMs);
  const [code, signal] = await once(program.child, 'close');
  clearTimeout(timer);
  if (code !== 0) throw new PlainError(`${file} ended with ${code ?? signal}`);
  return messages;
}

/** Asks a child to end and waits for it; kills it when it does not. */
export async function endChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}

function tooLate(what, ms) {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new PlainError(`waited ${ms / 1000} s for ${what}`)), ms).unref();
  });
}
