// Loaded into a process of ours by `--import`: sets its clock, and that of the processes it forks, as an operator or a
// broken time server would. Time that is measured (`performance.now()`, timers) goes on, as it does on a real machine.
import children from 'node:child_process';
import { readFileSync, watch } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const file = process.env.TEST_CLOCK_FILE;
const RealDate = Date;
let offMs = 0;

if (file) {
  setClock();
  watch(file, { persistent: false }, setClock);
  globalThis.Date = class Date extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(Date.now());
      else super(...given);
    }

    static now() {
      return RealDate.now() + offMs;
    }
  };
  const { fork } = children;
  children.fork = (path, args, options) => {
    const execArgv = [...(options.execArgv ?? []), '--import', import.meta.url];
    return fork(path, args, { ...options, execArgv, env: { ...options.env, TEST_CLOCK_FILE: file } });
  };
  syncBuiltinESMExports();
}

/** The file is empty while it is being written: what was set stays. */
function setClock() {
  const text = readFileSync(file, 'utf8');
  if (text !== '') offMs = Number(text);
}
