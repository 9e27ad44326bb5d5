import type { PreparedExample } from '../api-examples.js';

/** What must stand in no log: who somebody is, where they are, what they said, and what opens doors. */
const PRIVATE =
  /pass|pin$|token|secret|code$|phone|email|login|address|message|note|reason|contact|lat$|lng$|location|coordinates|text|from|msisdn/i;
/** Shorter ones stand anywhere by chance. */
const MIN_LENGTH = 6;
const MIN_DIGITS = 9;

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
