import { createRequire } from 'node:module';
import type { SentMessageInfo, Transporter } from 'nodemailer';
import type { ChannelSender, OutgoingMessage, Recipient, SendOutcome } from './channel-sender.js';
import { failureOf } from './refusals.js';

/** Only where somebody is written to. */
const load = createRequire(import.meta.url);

/** A mail server that takes e-mail for us. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls` refuses a server that does not offer it. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  /** PEM of an authority beside those of the system. */
  readonly ca?: string;
  /** Of each step of the conversation, ms. */
  readonly limitMs: number;
}

/** E-mail by SMTP, plain text. */
export class MailSender implements ChannelSender {
  readonly #domain: string;

  constructor(private readonly settings: MailSettings) {
    this.#domain = /@([\w.-]+)/.exec(settings.from)?.[1] ?? 'naboom.invalid';
  }

  async send({ address }: Recipient, message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const transport = this.#transport();
    // A connection that is closed under it makes it fail, wherever it is.
    const close = () => transport.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      const sent = (await transport.sendMail(this.#mail(address, message))) as { readonly messageId: string };
      return { provider: 'smtp', ref: sent.messageId };
    } catch (error) {
      return refusal(error, signal);
    } finally {
      signal.removeEventListener('abort', close);
      transport.close();
    }
  }

  #transport(): Transporter<SentMessageInfo> {
    const { createTransport } = load('nodemailer') as typeof import('nodemailer');
    const { host, port, tls, user, password, ca, limitMs } = this.settings;
    return createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(user ? { auth: { user, pass: password ?? '' } } : {}),
      ...(ca ? { tls: { ca } } : {}),
      dnsTimeout: limitMs,
      connectionTimeout: limitMs,
      greetingTimeout: limitMs,
      socketTimeout: limitMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  #mail(to: string, { deliveryId, kind, title, body, url }: OutgoingMessage) {
    return {
      from: this.settings.from,
      to,
      subject: title,
      text: url ? `${body}\n\n${url}\n` : `${body}\n`,
      // The same for every attempt: mail servers and programs that look at it show it once.
      messageId: `<${deliveryId}@${this.#domain}>`,
      headers: { 'auto-submitted': 'auto-generated' },
      ...(kind === 'alert' ? { priority: 'high' as const } : {}),
    };
  }
}

/** The server's own words may repeat addresses: its number says enough. */
function refusal(error: unknown, signal: AbortSignal): SendOutcome {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  if (signal.aborted || responseCode === undefined) return failureOf(error, signal);
  const reason = `SMTP ${responseCode}${code === 'EAUTH' ? ' (login)' : ''}`;
  return { reason, ...(responseCode >= 500 ? { final: true } : {}) };
}
