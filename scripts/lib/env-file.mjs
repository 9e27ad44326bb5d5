import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';

/** 256 random bits in the URL-safe alphabet: safe in a shell, an env file, a URL and a Redis command. */
export function newSecret() {
  return randomBytes(32).toString('base64url');
}

/** Reads a KEY=value file; a later line wins over an earlier one, a missing file is an empty one. */
export function readEnvFile(path) {
  if (!existsSync(path)) return {};
  const entries = {};
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match) entries[match[1]] = match[2];
  }
  return entries;
}

/**
 * Appends entries that the file does not hold with the same value yet. Never rewrites a line, so that a crash or a
 * second start can never lose a secret. Owner-only (0600), on disk when it returns.
 */
export function appendToEnvFile(path, entries) {
  const present = readEnvFile(path);
  const missing = Object.entries(entries).filter(([key, value]) => present[key] !== value);
  const file = openSync(path, 'a', 0o600);
  try {
    chmodSync(path, 0o600);
    if (missing.length === 0) return;
    const endsInLine = !existsSync(path) || /(^|\n)$/.test(readFileSync(path, 'utf8')); // a torn last line after a crash
    appendFileSync(file, (endsInLine ? '' : '\n') + missing.map(([key, value]) => `${key}=${value}\n`).join(''));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
