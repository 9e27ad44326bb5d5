import { checkHealth } from '../health/check-health.js';
import { runCli } from './run-cli.js';

await runCli(checkHealth);
