import { runAclCommand } from '../redis/acl/acl-command.js';
import { runCli } from './run-cli.js';

await runCli(runAclCommand);
