import { z } from 'zod';

/** What Postgres can store of a text: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().trim();
}

/** A text of 1 to `max` characters, as it can be stored. */
export const storableText = (max: number) => z.string().transform(storable).pipe(z.string().min(1).max(max));
