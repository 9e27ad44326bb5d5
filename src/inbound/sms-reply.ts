import type { RaiseAnswer } from '../alerts/alerts.service.js';

/** A program that answers each of our answers must not go on for ever, and each one costs. */
const REPLIES_AN_ALERT = 5;

/** What to text back: at most one message of 160 characters. */
export function smsReply({ reference, repeatCount, test }: Pick<RaiseAnswer, 'reference' | 'repeatCount' | 'test'>) {
  if (repeatCount >= REPLIES_AN_ALERT) return [];
  if (test) return [`${reference}: TEST received / TOETS ontvang. Nobody is sent. / Niemand word gestuur nie.`];
  if (repeatCount > 0) return [`${reference}: added to your alert / by jou alarm gevoeg.`];
  return [
    `${reference}: alert received, responders are told. / Alarm ontvang, hulp word ingelig. Emergency / Nood: 112`,
  ];
}
