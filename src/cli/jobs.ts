import { runJobsCommand } from '../dead-letters/jobs-command.js';
import { runCli } from './run-cli.js';

await runCli(runJobsCommand);
