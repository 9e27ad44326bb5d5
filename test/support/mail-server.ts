import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { TestCertificate } from './test-certificate.js';

/** An e-mail as the server took it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Answers recipients with this SMTP status instead of taking them. */
  refuseWith: number | undefined;
  /** Takes no notice of what is said. */
  hangs: boolean;
  close(): Promise<void>;
}

interface MailServerOptions {
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly certificate?: TestCertificate;
  readonly login?: { readonly user: string; readonly password: string };
}

/** A real SMTP server on this machine. */
export async function startMailServer({ tls, certificate, login }: MailServerOptions): Promise<MailServer> {
  const mails: Omit<MailServer, 'port' | 'close'> = { received: [], refuseWith: undefined, hangs: false };
  const options: SMTPServerOptions = {
    secure: tls === 'implicit',
    hideSTARTTLS: tls !== 'starttls',
    ...(certificate ? { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) } : {}),
    authOptional: login === undefined,
    closeTimeout: 100, // ms; a client that a failed test left open must not hold up the end
    onAuth(auth, _session, callback) {
      const isRight = auth.username === login?.user && auth.password === login?.password;
      callback(isRight ? null : new Error('wrong login'), { user: auth.username });
    },
    onRcptTo(_address, _session, callback) {
      if (mails.hangs) return;
      if (mails.refuseWith === undefined) return callback();
      callback(Object.assign(new Error('refused by the test'), { responseCode: mails.refuseWith }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user,
        });
        callback();
      });
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => undefined); // a client that goes away
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return Object.assign(mails, {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  });
}
