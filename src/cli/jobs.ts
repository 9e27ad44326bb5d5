import { runJobsCommand } from '../notifications/jobs-command.js';
import { runCli } from './run-cli.js';

await runCli(runJobsCommand);
