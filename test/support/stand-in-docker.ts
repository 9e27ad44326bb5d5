import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { ProcessIdentity } from '../../scripts/lib/process-identity.mjs';
import { testServers } from './test-servers.js';

const HIDDEN = new Set(['redis-server', 'valkey-server', 'apt-get', 'docker']);

/** A machine without a redis-server and without apt, whose `docker` is test/support/stand-in-docker.mjs. */
export interface StandInDocker {
  /** PATH and what the stand-in needs. */
  readonly env: Record<string, string>;
  /** The arguments of every call so far. */
  calls(): string[][];
  /** The redis-server in place of the container; undefined when none was left. */
  container(): (ProcessIdentity & { readonly name: string }) | undefined;
  /** From now on these commands fail with this message, or hang. */
  fail(messages: Record<string, string>): void;
  remove(): void;
}

/** Makes one, in the folder of this run. */
export function standInDocker(): StandInDocker {
  const folder = mkdtempSync(join(testServers().folder, 'docker-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  linkPrograms(bin);
  const program = resolve(import.meta.dirname, 'stand-in-docker.mjs');
  const script = `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`;
  writeFileSync(join(bin, 'docker'), script, { mode: 0o755 });
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ folder, redis: testServers().redis }));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    env: { PATH: bin, STAND_IN_DOCKER: settings },
    calls: () =>
      read('calls.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string[]),
    container() {
      try {
        return JSON.parse(read('container.json')) as ProcessIdentity & { name: string };
      } catch {
        return undefined;
      }
    },
    fail: (messages) => writeFileSync(join(folder, 'failures.json'), JSON.stringify(messages)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Everything else that is on PATH here. */
function linkPrograms(bin: string): void {
  const taken = new Set(HIDDEN);
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of programsOf(folder)) {
      if (!taken.has(name)) symlinkSync(join(folder, name), join(bin, name));
      taken.add(name);
    }
  }
}

function programsOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a folder on PATH that does not exist
  }
}
