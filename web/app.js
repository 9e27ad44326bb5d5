import { startFeed } from './feed.js';
import { startHealth } from './health.js';
import { startPanic } from './panic.js';

startPanic();
startFeed();
startHealth();
