import tiers, { tier, withServers } from './jest.config.js';

/** Drills with processes that die: `npm run test:chaos`. */
export default { ...tiers, rootDir: import.meta.dirname, projects: [tier('chaos', withServers)] };
