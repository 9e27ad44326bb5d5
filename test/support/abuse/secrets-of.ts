import type { PreparedExample } from '../api-examples.js';

/** What must stand in no log: who somebody is, where they are, what they said, and what opens doors. */
const PRIVATE =
  /pass|pin$|token|secret|code$|phone|email|login|address|message|note|reason|contact|lat$|lng$|location|coordinates|text|from|msisdn/i;
/** Shorter ones stand anywhere by chance; so do codes and PINs, but see {@link toldIn}. */
const MIN_LENGTH = 6;
const MIN_DIGITS = 4;
/** A number in a line of the log, and the name of what it is. */
const NUMBER = /"(\w+)":-?\d[\d.]*/g;

/** Every private value that an honest request holds, wherever it is in it. */
export function secretsOf({ bearer, json, form, query, headers, params }: PreparedExample): string[] {
  const secret = [bearer ?? '', headers?.['Idempotency-Key'] ?? '', params?.['secret'] ?? '', params?.['token'] ?? ''];
  return [...secret, ...leaves(json), ...leaves(form), ...leaves(query)].filter(isTelling);
}

function leaves(value: unknown, key = ''): string[] {
  if (typeof value === 'string' || typeof value === 'number') return PRIVATE.test(key) ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, each]) =>
    // What stands in something private is private.
    leaves(each, isList || (PRIVATE.test(key) && key !== '') ? key : name),
  );
}

function isTelling(text: string): boolean {
  return text.length >= (/^\d+$/.test(text) ? MIN_DIGITS : MIN_LENGTH);
}

/**
 * Which of the secrets are told. A code or PIN counts where it stands in the log by itself, and not as a number of a
 * harmless name: as a part of an id, a time or a figure it stands anywhere by chance.
 */
export function toldIn(secrets: Iterable<string>, log: string, figures = ''): string[] {
  const words = log.replaceAll(NUMBER, (field, name: string) => (PRIVATE.test(name) ? field : ''));
  return [...secrets].filter((secret) =>
    /^\d{4,8}$/.test(secret)
      ? new RegExp(`(?<![\\w+-]|\\d[.:])${secret}(?![\\w-]|[.:]\\d)`).test(words)
      : (log + figures).includes(secret),
  );
}
