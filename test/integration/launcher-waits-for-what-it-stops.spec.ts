import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { testServers } from '../support/test-servers.js';

const RUN_COMMAND = pathToFileURL(join(import.meta.dirname, '../../scripts/lib/run-command.mjs')).href;

/** Takes its time to clean up, as `npm ci` does; makes the file of its argument when it is ready to be stopped. */
const SLOW_TO_END = `
  process.on('SIGTERM', () => setTimeout(() => (console.log('cleaned up'), process.exit(3)), 300));
  setInterval(() => undefined, 1000);
  require('node:fs').writeFileSync(process.argv[1], '');
`;

/** Stops the command of its first argument once the file of its second is there, and prints what it gave. */
const STOPS_IT = `
  import { existsSync } from 'node:fs';
  import { runCommand } from '${RUN_COMMAND}';
  const [command, file] = process.argv.slice(1);
  const stop = new AbortController();
  const look = setInterval(() => existsSync(file) && (clearInterval(look), stop.abort()), 10);
  console.log(JSON.stringify(await runCommand(process.execPath, ['-e', command, file], { signal: stop.signal })));
`;

describe('a command that the launcher stops', () => {
  it('has ended when its result is there: the next start must not meet it', async () => {
    const file = join(mkdtempSync(join(testServers().folder, 'stop-')), 'ready');
    const args = ['--input-type=module', '-e', STOPS_IT, SLOW_TO_END, file];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toEqual({ code: 3, stdout: 'cleaned up\n', stderr: '' });
  });
});
