import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { newSecret } from './env-file.mjs';
import { PlainError } from './plain-error.mjs';
import { startPostgres, stopPostgres } from './postgres-server.mjs';
import { isRunning, stopProcess } from './process-identity.mjs';
import { findRedisBinary } from './redis-binary.mjs';

const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

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

async function migrateTemplate(databaseUrl) {
  if (!existsSync(join(PROJECT_ROOT, 'src', 'database', 'migrate.ts'))) return;
  const compiled = join(PROJECT_ROOT, 'dist', 'database', 'migrate.js');
  if (!existsSync(compiled))
    throw new PlainError('The tests migrate with the built program: run "npm run build" first');
  const { migrate } = await import(pathToFileURL(compiled).href);
  await migrate(databaseUrl);
}

/** Stops every server that was started in this folder, also those that a crashed test left, and removes it. */
export async function stopTestServers(folder) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const identityFile = join(folder, name, 'identity.json');
    if (!existsSync(identityFile)) continue;
    const identity = JSON.parse(readFileSync(identityFile, 'utf8'));
    if (isRunning(identity)) await stopProcess(identity, { signal: 'SIGKILL' });
  }
  const serversFile = join(folder, 'servers.json');
  if (existsSync(serversFile)) await stopPostgres(JSON.parse(readFileSync(serversFile, 'utf8')).postgres);
  rmSync(folder, { recursive: true, force: true });
}
