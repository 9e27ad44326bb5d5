import type { Alert, AlertEventType, AlertLocation, EscalationReason } from '../alerts/alert.js';
import { coarseView } from '../alerts/alert-views.js';
import type { MessageText } from './channel-sender.js';
import { cutTo, septets, SMS_LENGTH, toGsm7 } from './sms/gsm7.js';

/** Degrees of a position in a text; 0.00001 is about a metre. */
const DECIMALS = 5;
/** Of the reporter's words in a message that is no text message. */
const WORDS_MAX = 400;

/** What of an alert is told, and to whom. */
export interface AlertNews {
  /** As it is now. */
  readonly alert: Alert;
  /** The event that it is told for. */
  readonly type: AlertEventType;
  /** Of `alert.escalated`: why. */
  readonly reason?: EscalationReason;
  /** `coarse`: for who is not on duty there. */
  readonly sight: 'full' | 'coarse';
  readonly isDrill: boolean;
  /** No more messages for a while, whatever else is raised. */
  readonly isLast: boolean;
}

/**
 * What somebody is told of an alert. Never the name or the number of its reporter: a locked screen shows messages to
 * anybody, and who opens the alert sees them there. Nor the words of an unverified one: else anybody could have us send
 * what they like, such as a link, to people who trust our messages.
 */
export function alertText(news: AlertNews, publicUrl: string | undefined): MessageText {
  const { sight } = news;
  const alert = sight === 'full' ? news.alert : coarseView(news.alert);
  const { reference, kind, severity } = alert;
  const mark = markOf(news);
  const what = `${capital(kind)}, ${severity}`;
  const where = placeOf(alert.location, sight);
  const words = alert.verified ? (alert.message?.replaceAll(/\s+/g, ' ').trim() ?? '') : '';
  const url = publicUrl && `${publicUrl}/#alert-${alert.id}`;
  const lead = leadOf(news);
  const more = news.isLast ? 'More alerts are open: open the list' : '';
  const lines = [lead?.body, more && `${more}.`, where, words && shortened(words)].filter(Boolean);
  return {
    title: `${mark}: ${what} (${reference})`,
    body: lines.join('\n') || 'Open the list of alerts.',
    sms: smsOf([`${mark}: ${what} ${reference}`, lead?.sms ?? '', more, where, words], url),
    ...(url ? { url } : {}),
  };
}

/** What somebody sends themselves to see that it arrives. */
export function testText(publicUrl: string | undefined): MessageText {
  const body = 'This is a test. Alerts will reach you here.';
  return { title: 'Naboom: test message', body, sms: `Naboom: ${body}`, ...(publicUrl ? { url: publicUrl } : {}) };
}

/** A code that shows that a contact is theirs. */
export function codeText(code: string): MessageText {
  const body = `Your code is ${code}. It is valid for 15 minutes. If you did not ask for it, ignore this message.`;
  return { title: 'Naboom: your code', body, sms: `Naboom: ${body}` };
}

/** What it is must be said first: a screen shows the first words alone. */
function markOf({ alert, isDrill }: AlertNews): string {
  if (isDrill) return 'DRILL ALERT';
  if (alert.test) return 'TEST ALERT';
  return alert.verified ? 'ALERT' : 'UNVERIFIED ALERT';
}

/**
 * Why they are told of it now. Nothing of duress: whoever forces the reporter may see a screen as well, and who opens the
 * alert reads it there.
 */
function leadOf({ type, reason }: AlertNews): { readonly body: string; readonly sms: string } | undefined {
  if (type !== 'alert.escalated') return undefined;
  if (reason === 'exhausted') return { body: 'Nobody took notice at any step.', sms: 'No answer at any step' };
  return { body: 'Nobody has answered yet.', sms: 'No answer yet' };
}

function placeOf(location: AlertLocation | null, sight: 'full' | 'coarse'): string {
  if (location === null) return '';
  if (typeof location === 'string') return location.replaceAll(/\s+/g, ' ').trim();
  const { lat, lng } = location;
  if (sight === 'coarse') return `near ${lat}, ${lng}`;
  return `at ${round(lat)}, ${round(lng)}`;
}

function round(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}

function shortened(words: string): string {
  const characters = [...new Intl.Segmenter().segment(words)];
  if (characters.length <= WORDS_MAX) return words;
  return `${characters
    .slice(0, WORDS_MAX)
    .map(({ segment }) => segment)
    .join('')}...`;
}

/** The parts in their order, the most important first; the link whole or not at all. */
function smsOf(parts: readonly string[], url: string | undefined): string {
  const text = parts
    .map((part) => toGsm7(part).trim())
    .filter(Boolean)
    .join('. ');
  const link = url === undefined || septets(url) > SMS_LENGTH / 2 ? '' : ` ${toGsm7(url)}`;
  return `${cutTo(text, SMS_LENGTH - septets(link))}${link}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
