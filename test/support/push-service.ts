import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify, type ECDH } from 'node:crypto';
import { startHttpStub, type StubRequest } from './http-stub.js';

/** The keys of a deployment. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A push as a device reads it. */
export interface ReceivedPush {
  readonly device: string;
  readonly ttl: number;
  readonly urgency: string | undefined;
  readonly topic: string | undefined;
  readonly payload: Record<string, unknown>;
}

/** One browser that is pushed to. */
export interface PushDevice {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface PushService {
  readonly origin: string;
  readonly received: ReceivedPush[];
  /** What a real service would have refused: a wrong login, or a body that the device cannot read. */
  readonly refused: string[];
  /** Status of the next answers; 201 at first. */
  status: number;
  device(): PushDevice;
  close(): Promise<void>;
}

const DAY_SECONDS = 86_400;
const base64url = (bytes: Buffer) => bytes.toString('base64url');

export function newVapidKeys(): VapidKeys {
  const ecdh = createECDH('prime256v1');
  return { publicKey: base64url(ecdh.generateKeys()), privateKey: base64url(ecdh.getPrivateKey()) };
}

/** A push service (RFC 8030) that checks VAPID (RFC 8292) and reads what devices would get (RFC 8291). */
export async function startPushService(vapid: VapidKeys): Promise<PushService> {
  const devices = new Map<string, { readonly ecdh: ECDH; readonly auth: Buffer }>();
  const server = await startHttpStub((request, response) => {
    const device = devices.get(request.path);
    const wrong = device ? (wrongLogin(request, vapid, service.origin) ?? '') : 'no such subscription';
    if (wrong || !device) {
      service.refused.push(wrong);
      return void response.writeHead(wrong === 'no such subscription' ? 404 : 403).end();
    }
    if (service.status === 201) service.received.push(readPush(request, device));
    response.writeHead(service.status).end();
  });
  const service: PushService = {
    origin: server.origin,
    received: [],
    refused: [],
    status: 201,
    device() {
      const ecdh = createECDH('prime256v1');
      const [path, auth] = [`/push/${randomBytes(8).toString('hex')}`, randomBytes(16)];
      devices.set(path, { ecdh, auth });
      const p256dh = base64url(ecdh.generateKeys());
      return { endpoint: `${server.origin}${path}`, keys: { p256dh, auth: base64url(auth) } };
    },
    close: () => server.close(),
  };
  return service;
}

function readPush({ path, headers, body }: StubRequest, device: { ecdh: ECDH; auth: Buffer }): ReceivedPush {
  return {
    device: path,
    ttl: Number(headers['ttl']),
    urgency: headers['urgency'] as string | undefined,
    topic: headers['topic'] as string | undefined,
    payload: JSON.parse(decrypt(body, device).toString()) as Record<string, unknown>,
  };
}

/** RFC 8188 with the keys of RFC 8291; one record. */
function decrypt(body: Buffer, { ecdh, auth }: { ecdh: ECDH; auth: Buffer }): Buffer {
  const salt = body.subarray(0, 16);
  const idLength = body[20]!;
  const senderKey = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), senderKey]);
  const input = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(senderKey), auth, info, 32));
  const key = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2));
}

/** What is wrong with who says they are the deployment; undefined when nothing is. */
function wrongLogin({ headers }: StubRequest, { publicKey }: VapidKeys, origin: string): string | undefined {
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  if (key !== publicKey) return 'another key';
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
  const publicKeyObject = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = { key: publicKeyObject, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, 'base64url'))) {
    return 'a wrong signature';
  }
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const left = Number(exp) - Date.now() / 1000;
  if (aud !== origin || left < 0 || left > DAY_SECONDS) return 'not for us, or not now';
  return /^(mailto:|https:)/.test(String(sub)) ? undefined : 'no subject';
}
