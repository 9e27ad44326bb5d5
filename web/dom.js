/** A new element: properties, `dataset`, `on<event>` listeners and children (texts are never read as HTML). */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'dataset') Object.assign(node.dataset, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Changes text only when it differs, so that a live region speaks once. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A state with its words: the colour never stands alone. */
export function setPill(node, state, text) {
  node.dataset.state = state;
  setText(node, text);
}

/** A time for people, with the date unless it is today. */
export function timeOf(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const text = today ? at.toLocaleTimeString() : at.toLocaleString();
  return element('time', { dateTime: iso, textContent: text });
}
