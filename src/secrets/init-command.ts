import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CliMain } from '../cli/run-cli.js';
import { SECRET_FOLDERS, writeSecretFiles, type SecretFolder } from './secret-files.js';

const POLICY = join(import.meta.dirname, '..', '..', 'redis-acl.conf');
const USAGE = `Usage: init <folder> [--postgres host:port] [--group <${SECRET_FOLDERS.join('|')}>=<gid>]...
Makes the missing secrets of a deployment in <folder>, one file each, and renders the Redis users.
It never replaces a secret.`;

/** `init`: the secrets of a deployment; 0 when all of them are there, 2 for wrong use. */
export const runInitCommand: CliMain = async (argv, _env, out) => {
  const options = readOptions(argv);
  if (!options) {
    out(USAGE);
    return 2;
  }
  const made = writeSecretFiles({ ...options, policy: readFileSync(POLICY, 'utf8') });
  for (const path of made) out(`made ${path}`);
  out(
    made.length === 0 ? 'Every secret is there already; the Redis users are rendered' : 'The Redis users are rendered',
  );
  return 0;
};

function readOptions(argv: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { postgres: { type: 'string', default: 'postgres:5432' }, group: { type: 'string', multiple: true } },
    });
    const [root, ...more] = positionals;
    const groups = readGroups(values.group ?? []);
    return root && more.length === 0 && groups ? { root, postgres: values.postgres, groups } : undefined;
  } catch {
    return undefined;
  }
}

function readGroups(texts: readonly string[]): Partial<Record<SecretFolder, number>> | undefined {
  const groups: Partial<Record<SecretFolder, number>> = {};
  for (const text of texts) {
    const [folder, gid] = text.split('=');
    const known = SECRET_FOLDERS.find((name) => name === folder);
    if (!known || !/^\d+$/.test(gid ?? '')) return undefined;
    groups[known] = Number(gid);
  }
  return groups;
}
