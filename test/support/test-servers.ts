import { readFileSync } from 'node:fs';

/** What the global setup started for this run. */
export interface TestServers {
  /** Temporary folder of the run; whatever is started in a subfolder with an identity.json is stopped at its end. */
  readonly folder: string;
  readonly redis: { readonly path: string; readonly version: string; readonly libraryPath?: string };
  /** The server, with the migrated template database in its URL. */
  readonly postgres: { readonly url: string; readonly port: number };
}

/** Reads the servers of this run; throws where a test runs in a jest project without the global setup. */
export function testServers(): TestServers {
  const file = process.env.NABOOM_TEST_SERVERS;
  if (file === undefined)
    throw new Error('no servers here: put the test in test/integration, test/e2e, test/browser or test/chaos');
  return JSON.parse(readFileSync(file, 'utf8')) as TestServers;
}
