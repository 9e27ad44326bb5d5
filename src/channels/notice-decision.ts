import { isOpen, type Alert } from '../alerts/alert.js';
import { sightOf } from '../auth/policy.js';
import type { Caller } from '../auth/caller.js';
import {
  ANYBODYS_LIMIT,
  UNVERIFIED_LIMIT,
  type ClaimedContact,
  type ClaimedNews,
  type ClaimedNotice,
  type ClaimedUser,
} from './claimed-notice.js';
import { quietUntil } from './quiet-hours.js';

/** Older alerts are nobody's surprise any more, ms. */
const MAX_AGE_MS = 6 * 3_600_000;

/** Between two looks at a message that has to wait, at least, ms. */
const AGAIN_MS = 5000;

/** What becomes of a delivery to a person that is due. */
export type NoticeDecision =
  | {
      readonly step: 'send';
      readonly contact: ClaimedContact;
      readonly sight: 'full' | 'coarse';
      /** The last message for a while: it has to say that there is more. */
      readonly isLast?: true;
    }
  | { readonly step: 'skip'; readonly reason: string }
  | { readonly step: 'give-up'; readonly reason: string }
  | { readonly step: 'hold'; readonly until: Date };

/** Decides on what is known at the time of sending, which may be long after it was noted that somebody is to be told. */
export function decideNotice(notice: ClaimedNotice, now: Date): NoticeDecision {
  const { kind, contact, user } = notice;
  if (!user.isActive) return { step: 'skip', reason: 'the account is closed' };
  if (kind !== 'alert') {
    return contact ? { step: 'send', contact, sight: 'full' } : { step: 'skip', reason: 'the contact is gone' };
  }
  return decideAlert(notice, now);
}

function decideAlert(notice: ClaimedNotice, now: Date): NoticeDecision {
  const { news, contact, user, sentBefore } = notice;
  if (!news) return { step: 'skip', reason: 'the alert is no longer kept' };
  const { alert, type, isDrill } = news;
  // Who is on the way has to know that the reporter is being forced.
  const isOver = type === 'alert.duress' ? !isOpen(alert) : alert.status !== 'open';
  if (isOver) return { step: 'skip', reason: `the alert is ${alert.status}` };
  if (now.getTime() - Date.parse(alert.openedAt) > MAX_AGE_MS) return { step: 'skip', reason: 'the alert is old' };
  const sight = sightOfRecipient(user, alert, isDrill);
  if (!sight) return { step: 'skip', reason: 'no longer somebody who answers it' };
  const limit = limitOf(news);
  if (!alert.verified && sentBefore >= limit) return { step: 'skip', reason: 'limited' };
  if (!contact?.isVerified) return { step: 'give-up', reason: 'the contact is gone' };
  const until = alert.severity === 'critical' || !user.quietHours ? undefined : quietUntil(user.quietHours, now);
  if (until) return { step: 'hold', until };
  if (sentBefore >= limit) return { step: 'hold', until: roomAfter(notice, limit, now) };
  return { step: 'send', contact, sight, ...(sentBefore === limit - 1 && { isLast: true }) };
}

/**
 * How many messages a contact gets in a while before one of this alert has to wait. One address can press for many alerts
 * of nobody: that must not drown the others, nor cost a text message each. Whoever has shown who they are is never late.
 */
function limitOf({ alert, isDrill, isVouchedFor }: ClaimedNews): number {
  if (!alert.verified) return UNVERIFIED_LIMIT;
  const isProven = alert.reporterId !== null || alert.source === 'sms' || alert.source === 'ussd';
  return isProven || isVouchedFor || isDrill ? Infinity : ANYBODYS_LIMIT;
}

/**
 * When a message that has to wait is looked at again: when there is room; soon, when those before it have only been claimed
 * and may not be needed any more.
 */
function roomAfter({ gotBefore, roomAt }: ClaimedNotice, limit: number, now: Date): Date {
  const soon = now.getTime() + AGAIN_MS;
  return new Date(roomAt && gotBefore >= limit ? Math.max(roomAt.getTime(), soon) : soon);
}

/**
 * How much of it they are told; undefined: nothing. Its reporter is not told of their own alert: under duress, somebody
 * looks at their phone as well.
 */
function sightOfRecipient(user: ClaimedUser, alert: Alert, isDrill: boolean): 'full' | 'coarse' | undefined {
  const { id, operator, memberships, duties } = user;
  const person = { id, name: '', memberships, duties, homeAreas: [] };
  const caller: Caller = operator ? { kind: 'operator', person } : { kind: 'person', person, sessionId: '' };
  const sight = sightOf(caller, isDrill ? { ...alert, reporterId: null } : alert);
  if (sight === 'own') return undefined;
  // An organisation may call members who answer nothing by themselves: they learn as much as responders elsewhere.
  const isMember = memberships.some(({ organisationId }) => alert.organisations.includes(organisationId));
  return sight ?? (isMember ? 'coarse' : undefined);
}
