import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { PROJECT_ROOT, runScript, say } from './lib/project.mjs';

await runScript(async () => {
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
});
