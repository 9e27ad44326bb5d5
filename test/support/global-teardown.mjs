import { dirname } from 'node:path';
import { SERVERS_VARIABLE, stopTestServers } from '../../scripts/lib/test-servers.mjs';

/** Once per run: nothing that it started stays behind. */
export default async function globalTeardown() {
  const serversFile = process.env[SERVERS_VARIABLE];
  if (serversFile) await stopTestServers(dirname(serversFile));
}
