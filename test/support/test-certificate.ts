import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a fresh certificate. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly subject: Buffer;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  /** Whom it names; 127.0.0.1 and localhost unless it is said. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** Until when it is valid, in days from now; negative: it has expired. */
  readonly validDays?: number;
  /** Who signed it; itself unless it is said. */
  readonly issuer?: TestCertificate;
}

const DAY_MS = 86_400_000;

/**
 * Writes cert.pem and key.pem into `dir`; self-signed, it is its own CA. Node can read certificates but not make
 * them, hence the few lines of DER.
 */
export function createTestCertificate(dir: string, options: CertificateOptions = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { dnsNames = ['localhost'], addresses = ['127.0.0.1'], validDays = 1, issuer } = options;
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  // A name of its own: a certificate that is called like its issuer counts as self-signed.
  const called = Buffer.from(`naboom test ${randomBytes(4).toString('hex')}`);
  const subject = sequence(der(0x31, sequence(oid('550403'), der(0x0c, called))));
  const validity = sequence(utcTime(Date.now() - 30 * DAY_MS), utcTime(Date.now() + validDays * DAY_MS));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // X.509 version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    issuer?.subject ?? subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(subjectAltNames(dnsNames, addresses), isAuthority())),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const files = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem'), subject, privateKey };
  writeFileSync(files.certFile, pem(certificate));
  writeFileSync(files.keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return files;
}

function subjectAltNames(dnsNames: readonly string[], addresses: readonly string[]): Buffer {
  const names = sequence(
    ...dnsNames.map((name) => der(0x82, Buffer.from(name))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  );
  return sequence(oid('551d11'), der(0x04, names));
}

function isAuthority(): Buffer {
  return sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x1_00 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
