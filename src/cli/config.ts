import { loadConfig } from '../config/config.js';
import { printConfig } from '../config/print-config.js';
import { runCli } from './run-cli.js';

await runCli(async (_argv, env, out) => {
  for (const line of printConfig(loadConfig(env))) out(line);
  return 0;
});
