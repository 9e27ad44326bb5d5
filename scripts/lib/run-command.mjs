import { spawn } from 'node:child_process';

/**
 * Runs a command to its end and collects its output; never throws for a failing command (`code` says it).
 * `options.timeoutMs` (default 120 000) kills it, `options.signal` asks it to end; a missing program gives code 127.
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function runCommand(command, args, { input, timeoutMs = 120_000, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    // spawn's own time limit outlives a program that is missing and would hold this process until then.
    const timer = setTimeout(() => child.kill(), timeoutMs);
    const settle = (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdin.on('error', () => undefined); // a command that does not read its input
    child.stdin.end(input);
    child.on('error', (error) => {
      if (error.name === 'AbortError') return; // asked to end: its `close` comes when it has
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, stdout, stderr: error.message });
    });
    child.on('close', (code) => settle({ code: code ?? 1, stdout, stderr }));
  });
}

/** Runs a command that shares our terminal; resolves with its exit code. */
export function runAttached(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
