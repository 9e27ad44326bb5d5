import { loadConfig } from '../config/config.js';
import { migrate } from '../database/migrate.js';
import { runCli } from './run-cli.js';

await runCli(async (_argv, env, out) => {
  await migrate(loadConfig(env).env.DATABASE_URL);
  out('The database schema is up to date');
  return 0;
});
