import { createAlertItem } from './alert-item.js';
import { watchScreen } from './on-screen.js';

/** Closed alerts beyond this number leave the page; open ones never do. */
const CLOSED_KEPT = 50;

/** The list on the page, newest alert first. `viewing` is what its items need; see createAlertItem. */
export function createAlertList(list, viewing) {
  const items = new Map();
  const byNode = new WeakMap();
  let doubted = new Set();
  const watch = watchScreen();

  function put(alert) {
    doubted.delete(alert.id);
    const known = items.get(alert.id);
    if (known) {
      const wasProvisional = known.alert.provisional;
      known.update(alert);
      if (wasProvisional && !alert.provisional) watchSeen(known); // only now can it be told that it was seen
      return;
    }
    const item = createAlertItem(alert, viewing);
    items.set(alert.id, item);
    byNode.set(item.node, item);
    list.insertBefore(item.node, placeOf(alert));
    watchSeen(item);
  }

  /** Before the first that is not newer: what was pressed while the record was away comes into the log late. */
  function placeOf({ openedAt }) {
    const at = Date.parse(openedAt);
    let node = list.firstElementChild; // nearly always before this one
    while (node && Date.parse(byNode.get(node).alert.openedAt) > at) node = node.nextElementSibling;
    return node;
  }

  function watchSeen(item) {
    if (!item.alert.provisional) watch(item.title, () => viewing.onSeen(item.alert));
  }

  function remove(id) {
    items.get(id)?.node.remove();
    items.delete(id);
  }

  return {
    put,
    remove,
    has: (id) => items.has(id),
    get: (id) => items.get(id)?.alert,
    /** The open alerts as the log has them; whatever else was shown goes, but what is not in the log yet. */
    replace(alerts) {
      const known = new Set(alerts.map((alert) => alert.id));
      const isOld = ([id, item]) => !known.has(id) && !item.alert.provisional;
      [...items].filter(isOld).forEach(([id]) => remove(id));
      [...alerts].sort((a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt)).forEach(put);
    },
    /** Shows all again, because what is known beside them has changed. */
    refresh() {
      for (const item of items.values()) item.update(item.alert);
    },
    /** The server tells anew which alerts are not in the log yet; those that it has told of before may be settled. */
    doubtProvisional() {
      doubted = new Set([...items].filter(([, item]) => item.alert.provisional).map(([id]) => id));
    },
    /** All is told: what was in doubt, and was not told again, is gone. */
    dropDoubted() {
      doubted.forEach(remove);
      doubted.clear();
    },
    hasProvisional: () => [...items.values()].some((item) => item.alert.provisional),
    setReach: (id, counts) => items.get(id)?.setReach(counts),
    dropOldClosed() {
      const closed = [...items].filter(([, item]) => item.isClosed()).map(([id]) => id);
      closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT)).forEach(remove);
    },
    clear() {
      items.clear();
      doubted.clear();
      list.replaceChildren();
    },
    get alerts() {
      return [...items.values()].map((item) => item.alert);
    },
    get size() {
      return items.size;
    },
  };
}
