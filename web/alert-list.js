import { createAlertItem } from './alert-item.js';
import { watchScreen } from './on-screen.js';

/** Closed alerts beyond this number leave the page; open ones never do. */
const CLOSED_KEPT = 50;

/** The list on the page, newest alert first. `viewing` is what its items need; see createAlertItem. */
export function createAlertList(list, viewing) {
  const items = new Map();
  const watch = watchScreen();

  function put(alert) {
    const known = items.get(alert.id);
    if (known) return known.update(alert);
    const item = createAlertItem(alert, viewing);
    items.set(alert.id, item);
    list.prepend(item.node);
    watch(item.title, () => viewing.onSeen(item.alert));
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
    /** The open alerts as the server has them; whatever else was shown goes. */
    replace(alerts) {
      const known = new Set(alerts.map((alert) => alert.id));
      [...items.keys()].filter((id) => !known.has(id)).forEach(remove);
      [...alerts].sort((a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt)).forEach(put);
    },
    /** Shows all again, because what is known beside them has changed. */
    refresh() {
      for (const item of items.values()) item.update(item.alert);
    },
    setReach: (id, counts) => items.get(id)?.setReach(counts),
    dropOldClosed() {
      const closed = [...items].filter(([, item]) => item.isClosed()).map(([id]) => id);
      closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT)).forEach(remove);
    },
    clear() {
      items.clear();
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
