import { element } from './dom.js';
export function createDrillReport(drill) {
  const node = element('li', { textContent: JSON.stringify(drill) });
  return { node, open() {} };
}
