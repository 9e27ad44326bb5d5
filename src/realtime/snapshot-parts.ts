/** Characters of one message of a snapshot, about: a slow link takes it before its next ping is due. */
const PART_LENGTH = 512 * 1024;

/** Lengths by alert: sockets that ask at the same time share the alerts, and each is measured once. */
const lengths = new WeakMap<object, number>();

/** The views in their order, cut into parts that a slow link can take; at least one part, each with at least one view. */
export function partsOf<V extends object>(views: readonly V[]): (readonly V[])[] {
  const parts: V[][] = [[]];
  let length = 0;
  for (const view of views) {
    length += lengthOf(view);
    if (length > PART_LENGTH && parts.at(-1)!.length > 0) {
      parts.push([]);
      length = lengthOf(view);
    }
    parts.at(-1)!.push(view);
  }
  return parts;
}

function lengthOf(view: object): number {
  const known = lengths.get(view) ?? JSON.stringify(view).length;
  lengths.set(view, known);
  return known;
}
