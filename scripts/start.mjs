import { CLOSING_ORDER, launch } from './lib/launch.mjs';
import { PlainError } from './lib/plain-error.mjs';
import { runScript, say } from './lib/project.mjs';
import { untilAskedToStop } from './lib/stop-signals.mjs';

/** `npm start [-- --seed]`: from a fresh clone to a running system, until Ctrl-C. */
await runScript(async (args) => {
  const unknown = args.find((arg) => arg !== '--seed');
  if (unknown) throw new PlainError(`Unknown option ${unknown}. Usage: npm start [-- --seed]`);
  const stopping = new AbortController();
  const stopRequest = untilAskedToStop().then((reason) => {
    say(`Stopping (${reason}): open requests and jobs are finished first`);
    stopping.abort();
  });
  const opened = [];
  try {
    const app = await launch({ env: process.env, seed: args.includes('--seed'), signal: stopping.signal, opened });
    await Promise.race([stopRequest, app.ended]);
    if (!stopping.signal.aborted) {
      throw new PlainError(
        app.wasAskedToStop()
          ? 'The app was asked to stop (SIGTERM to its own process), and did: start it again by "npm start"'
          : `The app ended by itself: ${app.lastWords()}`,
      );
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error; // else: a step that the stop request cut short
  } finally {
    await closeAll(opened);
  }
  if (stopping.signal.aborted) say('Stopped. Your data is kept; "npm start" goes on with it');
});

async function closeAll(opened) {
  for (const wanted of CLOSING_ORDER) {
    for (const { close } of opened.filter(({ name }) => name === wanted)) {
      try {
        await close();
      } catch (error) {
        say(`${wanted} could not be stopped: ${error.message}`);
        process.exitCode = 1;
      }
    }
  }
}
