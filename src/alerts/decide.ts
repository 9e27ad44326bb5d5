import {
  isOpen,
  isSameActor,
  type Actor,
  type Alert,
  type AlertEvent,
  type AlertOutcome,
  type Press,
  type ResponseStatus,
} from './alert.js';
import type { EscalateCommand } from './decide-escalation.js';
import type { Decision, Refusal } from './decision.js';
import { newFacts, type Told } from './late-facts.js';

/** Someone presses panic. `newId` names the alert if the press opens one. */
export interface RaiseCommand {
  readonly type: 'raise';
  readonly newId: string;
  readonly at: string;
  readonly actor: Actor;
  readonly press: Press;
  /**
   * Later presses of the same reporter match by it: a phone number, or an account. It proves nothing: others may know
   * the number, and an account may claim it.
   */
  readonly reporter?: string;
  /** The alert whose receipt the presser holds: proof of being its reporter. */
  readonly receiptOf?: string;
  /** Set when the receipt came from folding by phone: it lets presses fold, but proves nothing. */
  readonly weakReceiptOf?: string;
  readonly key?: IdempotencyKey;
  /** Set for a press that Redis took: it belongs to that alert, and folds into no other. */
  readonly promised?: PromisedAlert;
}

/** The alert whose id a press was answered with while Postgres was away. `first`: the id was made for this press. */
export interface PromisedAlert {
  readonly id: string;
  readonly first: boolean;
  /** When the press was moved from Redis to the log, RFC 3339 UTC; its `at` may be minutes before. */
  readonly loggedAt?: string;
}

/** Both are sha256 digests in hex. */
export interface IdempotencyKey {
  readonly digest: string;
  readonly fingerprint: string;
}

interface StepCommand<T extends string> {
  readonly type: T;
  readonly alertId: string;
  readonly at: string;
  readonly actor: Actor;
  /** Why, or what is being done about it. */
  readonly note?: string;
}

/** A responder's step in the life of an alert, or the reporter's word that it is over. */
export type LifecycleCommand =
  | StepCommand<'acknowledge'>
  | (StepCommand<'respond'> & { readonly status: ResponseStatus; readonly etaAt?: string })
  | (StepCommand<'resolve'> & { readonly outcome?: AlertOutcome; readonly duplicateOf?: string })
  | StepCommand<'reopen'>
  /** `duress`: the reporter gave the PIN that says so. `byReporter`: they see of it what reporters see. */
  | (StepCommand<'cancel'> & { readonly byReporter?: boolean; readonly duress?: boolean });

/** Late facts of the reporter: send first, locate after. */
export interface UpdateCommand extends StepCommand<'update'> {
  readonly facts: Told;
  /** Told by the reporter, and not by somebody who answers the alert. */
  readonly proven: boolean;
}

export type AlertCommand = RaiseCommand | LifecycleCommand | UpdateCommand | EscalateCommand;

/** Late facts are taken whatever state the alert is in: what a reporter tells is never lost. */
export function decideUpdate(alert: Alert | undefined, command: UpdateCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId, at, actor, facts, proven } = command;
  const details = newFacts(alert, facts, { proven, mayLeave: true });
  if (!details) return { outcome: 'unchanged', alertId, proven };
  const event = { type: 'alert.updated', alertId, at, actor, details: { ...details, proven } } as const;
  return { outcome: 'changed', alertId, proven, event };
}

/** A step: done, already so, or refused because of the state that the alert is in. The order of the log decides. */
export function decideLifecycle(alert: Alert | undefined, command: LifecycleCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId } = command;
  const step = stepOf(alert, command);
  if (step === 'refused') return { refused: 'ALERT_STATE', alert };
  if (step === 'unchanged') return { outcome: 'unchanged', alertId, proven: false };
  const { at, actor } = command;
  return { outcome: 'changed', alertId, proven: false, event: { ...step, alertId, at, actor } as AlertEvent };
}

type Step = 'refused' | 'unchanged' | { readonly [K in keyof Pick<AlertEvent, 'type' | 'details'>]: AlertEvent[K] };

function stepOf(alert: Alert, command: LifecycleCommand): Step {
  const reason = command.note === undefined ? {} : { reason: command.note };
  switch (command.type) {
    case 'acknowledge': {
      if (!isOpen(alert)) return 'refused';
      if (alert.acknowledgements.some(({ by }) => isSameActor(by, command.actor))) return 'unchanged';
      return { type: 'alert.acknowledged', details: command.note === undefined ? {} : { note: command.note } };
    }
    case 'respond':
      return isOpen(alert) ? respond(alert, command) : 'refused';
    case 'resolve': {
      const { outcome, duplicateOf } = command;
      if (!isOpen(alert)) return isSaidAgain(alert, 'resolved', command) ? 'unchanged' : 'refused';
      const details = { ...reason, ...(outcome ? { outcome } : {}), ...(duplicateOf ? { duplicateOf } : {}) };
      return { type: 'alert.resolved', details };
    }
    case 'reopen':
      return isOpen(alert) ? 'unchanged' : { type: 'alert.reopened', details: reason };
    case 'cancel':
      return cancel(alert, command, reason);
  }
}

function respond(alert: Alert, { actor, status, etaAt, note }: LifecycleCommand & { type: 'respond' }): Step {
  const before = alert.responses.find(({ by }) => isSameActor(by, actor));
  if (before?.status === status && before.etaAt === etaAt && before.note === note) return 'unchanged';
  const details = { status, ...(etaAt ? { etaAt } : {}), ...(note === undefined ? {} : { note }) };
  return { type: 'alert.responded', details };
}

/**
 * The duress PIN is heard in every state, also when the alert was closed before. What follows a cancellation under
 * duress is, to the reporter, what would follow a real one.
 */
function cancel(
  alert: Alert,
  command: LifecycleCommand & { type: 'cancel' },
  details: { readonly reason?: string },
): Step {
  const { byReporter = false, duress = false } = command;
  if (duress) return alert.duress && isOpen(alert) ? 'unchanged' : { type: 'alert.duress', details };
  if (byReporter && (alert.duress || alert.status === 'cancelled')) return 'unchanged';
  if (isOpen(alert)) return { type: 'alert.cancelled', details };
  return isSaidAgain(alert, 'cancelled', command) ? 'unchanged' : 'refused';
}

/** One who closes an alert twice in the same way gets the same answer; whoever was slower is told so. */
function isSaidAgain(
  { status, closing }: Alert,
  wanted: Alert['status'],
  command: { readonly actor: Actor; readonly outcome?: AlertOutcome },
): boolean {
  return (
    status === wanted &&
    closing !== null &&
    isSameActor(closing.by, command.actor) &&
    closing.outcome === command.outcome
  );
}
