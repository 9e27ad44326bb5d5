import { existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { OLDEST_NODE } from './supported-versions.js';

const LEAST_FREE_MIB = 1024;
const PROBE_WITHIN_MS = 2000;

/** Node, disk, the file of secrets, and the API's port. */
export async function checkMachine(env: Config['env']): Promise<AclCheck[]> {
  const file = join(env.NABOOM_DATA_DIR, 'generated.env');
  return [
    checked('node', `version ${process.versions.node}`, nodeComplaints(process.versions.node)),
    checkDisk(env.NABOOM_DATA_DIR),
    checkSecretsFile(file),
    await checkPort(env.HOST, env.PORT),
  ];
}

/** Why this Node version cannot be used; none when it can. */
export function nodeComplaints(version: string): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return [];
  return [`Node ${OLDEST_NODE.join('.')} or later is needed: see https://nodejs.org`];
}

function checkDisk(dataDir: string): AclCheck {
  const folder = existsSync(dataDir) ? dataDir : '.';
  const { bavail, bsize } = statfsSync(folder);
  const freeMiB = Math.floor((bavail * bsize) / 1_048_576);
  const complaints = freeMiB >= LEAST_FREE_MIB ? [] : [`free at least ${LEAST_FREE_MIB} MiB, or move NABOOM_DATA_DIR`];
  return checked('disk', `${freeMiB} MiB free under ${dataDir}`, complaints);
}

function checkSecretsFile(file: string): AclCheck {
  const [subject, check] = ['secrets', `${file} is for its owner only`];
  if (!existsSync(file))
    return { subject, check, result: 'skipped', detail: 'there is none: nothing was generated here' };
  const mode = statSync(file).mode & 0o777;
  return checked(subject, check, mode === 0o600 ? [] : [`its mode is ${mode.toString(8)}: run "chmod 600 ${file}"`]);
}

async function checkPort(host: string, port: number): Promise<AclCheck> {
  const subject = 'port';
  if (await canListen(host, port)) return checked(subject, `${host}:${port} is free`, []);
  const ours = await answersAsNaboom(host, port);
  const check = ours ? `${host}:${port} is Naboom's own` : `${host}:${port}`;
  return checked(subject, check, ours ? [] : ['another program uses it: stop that one, or choose another PORT']);
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

async function answersAsNaboom(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host;
  try {
    const response = await fetch(`http://${reachable}:${port}/health`, {
      signal: AbortSignal.timeout(PROBE_WITHIN_MS),
    });
    return (await response.text()).includes('"redis_status"');
  } catch {
    return false; // it speaks no HTTP, or not ours
  }
}
