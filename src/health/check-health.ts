import type { CliMain } from '../cli/run-cli.js';

const WITHIN_MS = 4000;

/** Health check of a container, without a shell or curl: 0 when this process can do its work, else 1. */
export const checkHealth: CliMain = async (_argv, env, out) => {
  const port = env['NABOOM_ROLE'] === 'worker' ? (env['NABOOM_WORKER_PORT'] ?? '3001') : (env['PORT'] ?? '3000');
  // A server that listens everywhere also answers at home; one that listens at one address answers there alone.
  const host = ['0.0.0.0', '::', ''].includes(env['HOST'] ?? '') ? '127.0.0.1' : env['HOST'];
  try {
    const response = await fetch(`http://${host?.includes(':') ? `[${host}]` : host}:${port}/health/ready`, {
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await response.body?.cancel();
    out(`ready: ${response.status}`);
    return response.ok ? 0 : 1;
  } catch (error) {
    out(`no answer on port ${port}: ${(error as Error).name}`);
    return 1;
  }
};
