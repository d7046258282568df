// The preload: `node --import @clew/sdk/register app.js`. It runs on any Node, if only to say that it is too old.
import { loadPreload } from './load-preload.ts';
import { isUntracedTool } from './untraced-tool.ts';

if (!isUntracedTool(process.argv[1])) {
  const loaded = loadPreload();
  if ('bundle' in loaded) loaded.bundle.preload();
  else process.stderr.write(`clew: ${loaded.problem}; nothing is traced\n`);
}
