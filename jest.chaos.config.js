import tiers, { tier, withServers } from './jest.config.js';

/** Drills with processes that die and servers that hang: `npm run test:chaos`. They end with a table of what survived. */
export default {
  ...tiers,
  rootDir: import.meta.dirname,
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/test/support/survival-reporter.mjs'],
  projects: [tier('chaos', withServers)],
};
