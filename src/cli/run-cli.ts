import { ConfigError } from '../config/config.js';

/** A command line: returns its exit code; 0 fine, 1 problems found, 2 wrong use. */
export type CliMain = (argv: readonly string[], env: NodeJS.ProcessEnv, out: (line: string) => void) => Promise<number>;

/** Runs a command line in this process; the only place beside main.ts that touches the process itself. */
export async function runCli(main: CliMain): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`);
    process.exitCode = 1;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
