import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** sha256 of the passwords that the system before this one had in its documents: by length, so that none stands here. */
const LEAKED: Readonly<Record<number, ReadonlySet<string>>> = {
  32: new Set([
    '038741ebe57780fc33bce9b95adb84777226c4352cca5dced823656706b9f848',
    '0581917b2f2a6059ccccdf6437bc2f4d07ea95bc58b99ef7b778d0a5063eac26',
    'd8c4520e5a4d5a71197660d89d91b406d32c98a18ac3459cb430b3873398bb88',
    '2547c6403e0c3c0432dc15e24c39e4d860b8b9c4919004e832ca48388f52985d',
  ]),
  44: new Set(['5888b65a24de0a200b894c2d7bdcb2e4a260d90a5e1e1fe332ddd2706e8f32d1']),
};
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** A generated secret: 32 random bytes, written behind the name of a secret variable. */
const GENERATED = /(?:PASSWORD|_KEY|SECRET)["']?\s*[:=]\s*["']?[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/;

/** Why a text must not be in the repository; undefined when it may. */
function secretIn(text: string): string | undefined {
  if (PRIVATE_KEY.test(text)) return 'a private key';
  if (GENERATED.test(text)) return 'a generated secret';
  for (const [run] of text.matchAll(/[A-Za-z0-9+/=_-]{32,2000}/g)) {
    for (const [length, hashes] of Object.entries(LEAKED)) {
      for (let start = 0; start + Number(length) <= run.length; start += 1) {
        const window = run.slice(start, start + Number(length));
        if (hashes.has(createHash('sha256').update(window).digest('hex'))) return 'a leaked password';
      }
    }
  }
  return undefined;
}

describe('the repository', () => {
  it('holds no secret', () => {
    const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-co', '--exclude-standard', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const files = listed.split('\0').filter((file) => file !== '' && !/\.(png|jpg)$|^package-lock\.json$/.test(file));
    const found = files.flatMap((file) => {
      const secret = secretIn(readOrEmpty(join(ROOT, file)));
      return secret ? [`${file}: ${secret}`] : [];
    });
    expect(found).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  it('would notice one', () => {
    const random = createHash('sha256').update('x').digest('base64url');
    expect(secretIn(`REDIS_APP_PASSWORD=${random}`)).toBe('a generated secret');
    expect(secretIn(['-----BEGIN', 'PRIVATE KEY-----'].join(' '))).toBe('a private key');
  });
});

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // listed, but deleted in the work tree
  }
}
