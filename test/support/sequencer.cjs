// Jest's own order (what failed, then the longest, else the largest first) with two exceptions: files that ask for more
// time than others begin, so that none is left alone at the end, and among them those that drive Chromium, which take
// more than a core, alternate with the others, which mostly wait. Two such beside each other take a third longer.
const fs = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

const isLong = ({ path }) => /^jest\.setTimeout\(/m.test(fs.readFileSync(path, 'utf8'));
const drivesChromium = ({ context }) => context.config.displayName?.name === 'browser';

function alternate(some, others) {
  const length = Math.max(some.length, others.length);
  return Array.from({ length }, (_, n) => [some[n], others[n]])
    .flat()
    .filter(Boolean);
}

module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const long = sorted.filter(isLong);
    const first = alternate(
      long.filter(drivesChromium),
      long.filter((test) => !drivesChromium(test)),
    );
    return [...first, ...sorted.filter((test) => !first.includes(test))];
  }
};
