import { userCommand } from '../people/user-command.js';
import { readSecret } from './read-secret.js';
import { runCli } from './run-cli.js';

await runCli(userCommand(readSecret));
