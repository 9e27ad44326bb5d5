import { createRequire } from 'node:module';

// The entry of a job process. It loads its code as main.ts does, in one go, and only what jobs need: a child is there
// after 0.3 s of CPU instead of 0.6 s.
createRequire(import.meta.url)('./job-child.js');
