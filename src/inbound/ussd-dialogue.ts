import type { AlertKind } from '../alerts/alert.js';

/** Between what the caller typed; a place may hold it as well. */
const SEPARATOR = '*';
const CHOICES: Readonly<Record<string, AlertKind>> = { 1: 'panic', 2: 'medical', 3: 'fire', 4: 'crime' };
const SKIP = '0';

/** Where a USSD dialogue is. */
export type UssdStep =
  | { readonly at: 'menu' }
  | { readonly at: 'chosen'; readonly kind: AlertKind }
  | { readonly at: 'located'; readonly kind: AlertKind; readonly place?: string };

/** Reads all that the caller typed so far: the first choice that there is, and behind it the place. */
export function readUssd(text: string): UssdStep {
  const answers = text.split(SEPARATOR);
  const chosen = answers.findIndex((answer) => Object.hasOwn(CHOICES, answer.trim()));
  const kind = CHOICES[answers[chosen]?.trim() ?? ''];
  if (!kind) return { at: 'menu' };
  if (chosen === answers.length - 1) return { at: 'chosen', kind };
  const place = answers
    .slice(chosen + 1)
    .join(SEPARATOR)
    .trim();
  return { at: 'located', kind, ...(place === '' || place === SKIP ? {} : { place }) };
}

/** A screen holds about 160 characters, in two languages. `CON` goes on, `END` closes the dialogue. */
export const USSD_SCREENS = {
  menu: 'CON HELP / HULP\n1 Panic / Paniek\n2 Medical / Medies\n3 Fire / Brand\n4 Crime / Misdaad',
  chosen: (reference: string) =>
    `CON Alert sent / Alarm gestuur: ${reference}\nWhere are you? / Waar is jy?\n(0 = skip / slaan oor)`,
  located: (reference: string) => `END ${reference}: alert sent / alarm gestuur.\nPhone on! / Hou foon aan!`,
  failed: 'END NOT SENT / NIE GESTUUR NIE.\nCall / Bel 112 or / of 10111.',
} as const;
