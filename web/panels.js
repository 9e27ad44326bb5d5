import { createCalling } from './calling.js';
import { createOperatorLinks } from './operator-links.js';
import { createReachMe } from './reach-me.js';

/** What those who are signed in can open beside the list of alerts; nobody else loads it. */
export function createPanels(place) {
  const panels = [createReachMe(), createCalling(), createOperatorLinks()];
  place.append(...panels.map(({ node }) => node));
  return {
    show(viewer, directory) {
      for (const panel of panels) panel.show(viewer, directory);
    },
  };
}
