import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { newSecret } from './env-file.mjs';
import { startPostgres, stopLeftoverPostgres, stopPostgres } from './postgres-server.mjs';
import { stopLeftoverRedis } from './redis-server.mjs';
import { stopRecorded } from './process-identity.mjs';
import { PROJECT_ROOT } from './project.mjs';
import { findRedisBinary } from './redis-binary.mjs';

/** Names the JSON file that tells the test workers which servers this run has. */
export const SERVERS_VARIABLE = 'NABOOM_TEST_SERVERS';

/** A fresh folder for one run; Postgres' own user must be able to enter it when root runs the tests. */
export function newTestFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'naboom-test-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** Starts what all test files share: one Postgres with a migrated template database, and a found redis-server. */
export async function startTestServers(folder) {
  const redis = await findRedisBinary({ dataDir: process.env.NABOOM_DATA_DIR ?? join(PROJECT_ROOT, '.naboom') });
  const postgres = await startPostgres({ dir: join(folder, 'postgres'), password: newSecret() });
  const file = join(folder, 'servers.json');
  writeFileSync(file, JSON.stringify({ folder, redis, postgres }), { mode: 0o600 });
  await migrateTemplate(postgres.url);
  return file;
}

/** Test files clone what the built program migrates; the e2e tier runs that program too. */
async function migrateTemplate(databaseUrl) {
  await ensureBuilt(PROJECT_ROOT, () => undefined, { allowTypeErrors: true });
  const { migrate } = await import(pathToFileURL(join(PROJECT_ROOT, 'dist', 'database', 'migrate.js')).href);
  await migrate(databaseUrl);
}

/** What an interrupted test of `npm start` left: the launcher first, so that it stops nothing itself meanwhile. */
async function stopWholeSystem(dataDir) {
  await stopRecorded(join(dataDir, 'launcher.json'), { signal: 'SIGKILL' });
  await stopRecorded(join(dataDir, 'app.json'), { signal: 'SIGKILL' });
  await stopLeftoverRedis(join(dataDir, 'redis'));
  await stopLeftoverPostgres(join(dataDir, 'postgres'));
}

/** Stops every server that was started in this folder, also those that a crashed test left, and removes it. */
export async function stopTestServers(folder) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const started = join(folder, name);
    await stopRecorded(join(started, 'identity.json'), { signal: 'SIGKILL' });
    if (name.startsWith('start-')) await stopWholeSystem(started);
  }
  const serversFile = join(folder, 'servers.json');
  if (existsSync(serversFile)) await stopPostgres(JSON.parse(readFileSync(serversFile, 'utf8')).postgres);
  rmSync(folder, { recursive: true, force: true });
}
