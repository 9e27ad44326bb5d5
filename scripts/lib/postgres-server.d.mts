import type { ProcessIdentity } from './process-identity.mjs';

export interface RunningPostgres extends ProcessIdentity {
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface StartPostgresOptions {
  readonly dir: string;
  readonly password: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the embedded Postgres on 127.0.0.1 in `dir`; initialised on first use. */
export function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres>;
