import type { CliMain } from '../cli/run-cli.js';

const WITHIN_MS = 4000;
const QUESTIONS = ['live', 'ready'];

/**
 * Health check of a container, without a shell or curl: 0 when this process answers, else 1. What replaces unhealthy
 * containers is to replace what hangs, and not what waits for Redis or Postgres: that would come back no better, and
 * workers deliver meanwhile. `ready` asks whether it can do its work, for those who wait until a start is complete.
 */
export const checkHealth: CliMain = async ([question = 'live'], env, out) => {
  if (!QUESTIONS.includes(question)) {
    out('Usage: healthcheck [live|ready]');
    return 2;
  }
  const port = env['NABOOM_ROLE'] === 'worker' ? (env['NABOOM_WORKER_PORT'] ?? '3001') : (env['PORT'] ?? '3000');
  // A server that listens everywhere also answers at home; one that listens at one address answers there alone.
  const host = ['0.0.0.0', '::', ''].includes(env['HOST'] ?? '') ? '127.0.0.1' : env['HOST'];
  try {
    const response = await fetch(`http://${host?.includes(':') ? `[${host}]` : host}:${port}/health/${question}`, {
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await response.body?.cancel();
    out(`${question}: ${response.status}`);
    return response.ok ? 0 : 1;
  } catch (error) {
    out(`no answer on port ${port}: ${(error as Error).name}`);
    return 1;
  }
};
