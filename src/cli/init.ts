import { runInitCommand } from '../secrets/init-command.js';
import { runCli } from './run-cli.js';

await runCli(runInitCommand);
