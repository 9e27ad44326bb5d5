import { newTestFolder, SERVERS_VARIABLE, startTestServers, stopTestServers } from '../../scripts/lib/test-servers.mjs';

/** Once per run: the workers inherit the variable and read the file it names. */
export default async function globalSetup() {
  // `npm test` names the folder, so that it can clean up even when jest is killed.
  const folder = process.env.NABOOM_TEST_FOLDER ?? newTestFolder();
  try {
    process.env[SERVERS_VARIABLE] = await startTestServers(folder);
  } catch (error) {
    await stopTestServers(folder);
    throw error;
  }
}
