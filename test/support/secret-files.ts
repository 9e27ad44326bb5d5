import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServers } from './test-servers.js';

/** The environment with each password of Redis in a file of its own, as a deployment has them. */
export function secretFilesFor(env: Readonly<Record<string, string>>): Record<string, string> {
  const folder = mkdtempSync(join(testServers().folder, 'secrets-'));
  const entries = Object.entries(env).flatMap(([name, value]) => {
    if (!/^REDIS_.*_PASSWORD$/.test(name)) return [[name, value] as const];
    const file = join(folder, name.toLowerCase());
    writeFileSync(file, `${value}\n`, { mode: 0o600 });
    return [[name, ''] as const, [`${name}_FILE`, file] as const];
  });
  return Object.fromEntries(entries);
}
