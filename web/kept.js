/** What this browser keeps under a name, over a reload; undefined when there is nothing that can be read. */
export function readKept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value as JSON; undefined forgets it. Where storage is full or forbidden only a reload forgets it. */
export function keep(name, value) {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // What is in the page goes on without it.
  }
}
