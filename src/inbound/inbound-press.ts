import { Logger } from '@nestjs/common';
import type { AlertsService, RaiseAnswer } from '../alerts/alerts.service.js';
import type { Caller } from '../auth/caller.js';
import { toAppError } from '../errors/problem.js';
import { fieldsOf } from './fields.js';
import { pressOfSms } from './press-of-sms.js';
import type { GatewayReply, SmsGateway } from './sms-gateway.js';
import { smsReply } from './sms-reply.js';
import { readUssd, USSD_SCREENS } from './ussd-dialogue.js';

/** The network says who calls, but a number is no proof of a person: presses fold by it, as they do from the web. */
const CALLER: Caller = { kind: 'anonymous', rejected: false };

/** Names a message of a gateway for retries; see {@link GatewayProof}. */
type KeyOf = (messageId: string | undefined) => string | undefined;

/** Presses panic for people without data: by SMS and USSD. Presses are not counted as floods: each number folds. */
export class InboundPress {
  readonly #logger = new Logger('Gateways');

  constructor(
    private readonly alerts: AlertsService,
    private readonly countryCode: string,
  ) {}

  /**
   * Raises for each message of a request; undefined when it holds none.
   * @throws AppError DATABASE_UNAVAILABLE: the gateway shall send it again
   */
  async sms(gateway: SmsGateway, body: unknown, keyOf: KeyOf): Promise<GatewayReply | undefined> {
    const messages = gateway.read(body);
    if (messages.length === 0) return undefined;
    const texts: string[] = [];
    for (const message of messages) {
      const press = pressOfSms(message, this.countryCode);
      const { answer } = await this.alerts.raise({ ...press, caller: CALLER, idempotencyKey: keyOf(message.id) });
      texts.push(...smsReply(answer));
    }
    return gateway.reply(texts);
  }

  /** The next screen. The first choice raises at once: the line may drop before anything else is asked. */
  async ussd(body: unknown, keyOf: KeyOf): Promise<string> {
    const field = fieldsOf(body);
    const step = readUssd(field('text') ?? '');
    if (step.at === 'menu') return USSD_SCREENS.menu;
    const press = {
      kind: step.kind,
      source: 'ussd',
      contact: { phone: field('phoneNumber') },
      // The same key with a place: it becomes a late fact of the alert that the choice raised.
      ...(step.at === 'located' && step.place ? { location: step.place } : {}),
    };
    const key = keyOf(field('sessionId'));
    const answer = await this.#raiseOrSay(press, key);
    return answer ? USSD_SCREENS[step.at](answer.reference) : USSD_SCREENS.failed;
  }

  /** Undefined when it could not be stored: the caller must read that on the screen, and no gateway shows an error. */
  async #raiseOrSay(body: unknown, idempotencyKey: string | undefined): Promise<RaiseAnswer | undefined> {
    try {
      return (await this.alerts.raise({ body, caller: CALLER, idempotencyKey })).answer;
    } catch (error) {
      const known = toAppError(error);
      this.#logger.error({ code: known.code, err: known.cause ?? known }, 'a USSD call could not be stored');
      return undefined;
    }
  }
}
