import { createAlertItem } from './alert-item.js';

/** Closed alerts beyond this number leave the page; open ones never do. */
const CLOSED_KEPT = 50;

/** The list on the page, newest alert first. */
export function createAlertList(list, act) {
  const items = new Map();

  function put(alert) {
    const known = items.get(alert.id);
    if (known) return known.update(alert);
    const item = createAlertItem(alert, act);
    items.set(alert.id, item);
    list.prepend(item.node);
  }

  function remove(id) {
    items.get(id).node.remove();
    items.delete(id);
  }

  return {
    put,
    /** The open alerts as the server has them; whatever else was shown goes. */
    replace(alerts) {
      const known = new Set(alerts.map((alert) => alert.id));
      [...items.keys()].filter((id) => !known.has(id)).forEach(remove);
      [...alerts].sort((a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt)).forEach(put);
    },
    dropOldClosed() {
      const closed = [...items].filter(([, item]) => item.isClosed()).map(([id]) => id);
      closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT)).forEach(remove);
    },
    clear() {
      items.clear();
      list.replaceChildren();
    },
    get size() {
      return items.size;
    },
  };
}
