import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSent, type OutgoingMessage } from '../../src/channels/channel-sender.js';
import { MailSender } from '../../src/channels/mail-sender.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { createTestCertificate } from '../support/test-certificate.js';

const NEVER = new AbortController().signal;
const message: OutgoingMessage = { deliveryId: 'd', kind: 'test', title: 't', body: 'b', sms: 's', token: 'x' };
const to = { contactId: 'c', channel: 'email', address: 'a@example.org' } as const;
let dir: string;
let server: MailServer;
afterEach(async () => server.close());
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'naboom-mail-'))));
afterAll(() => rmSync(dir, { recursive: true }));

it.each(['starttls', 'implicit'] as const)('gets logins and mails by TLS alone: %s', async (tls) => {
  const certificate = createTestCertificate(dir);
  const login = { user: 'naboom', password: 'a password' };
  server = await startMailServer({ tls, certificate, login });
  const ca = readFileSync(certificate.certFile, 'utf8');
  const settings = { host: '127.0.0.1', port: server.port, tls, from: 'x@example.org', ca, limitMs: 3000, ...login };
  expect(isSent(await new MailSender(settings).send(to, message, NEVER))).toBe(true);
  expect(server.received).toMatchObject([{ secure: true, user: 'naboom' }]);
  const stranger = { ...settings, password: 'wrong' };
  expect(await new MailSender(stranger).send(to, message, NEVER)).toEqual({
    reason: 'SMTP 535 (login)',
    final: true,
  });
  const { ca: _, ...withoutCa } = settings;
  expect(isSent(await new MailSender(withoutCa).send(to, message, NEVER))).toBe(false);
});

it('that offers no TLS gets nothing, and one that refuses an address is believed', async () => {
  server = await startMailServer({ tls: 'none' });
  const settings = { host: '127.0.0.1', port: server.port, from: 'x@example.org', limitMs: 3000 };
  expect(isSent(await new MailSender({ ...settings, tls: 'starttls' }).send(to, message, NEVER))).toBe(false);
  server.refuseWith = 550;
  const plain = new MailSender({ ...settings, tls: 'none' });
  expect(await plain.send(to, message, NEVER)).toEqual({ reason: 'SMTP 550', final: true });
  server.refuseWith = 451;
  expect(await plain.send(to, message, NEVER)).toEqual({ reason: 'SMTP 451' });
  expect(server.received).toEqual([]);
});
