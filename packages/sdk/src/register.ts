// The preload: `node --import @clew/sdk/register app.js`. It runs on any Node, if only to say that it is too old.
import { createRequire } from 'node:module';

import { isUntracedTool } from './untraced-tool.ts';
import { isSupportedNode } from './supported-node.ts';

if (!isSupportedNode(process.versions.node)) {
  process.stderr.write(
    `clew: Node ${process.versions.node} is too old (22.15 or later is needed); nothing is traced\n`,
  );
} else if (!isUntracedTool(process.argv[1])) {
  const { preload } = createRequire(import.meta.url)('./preload.cjs') as typeof import('./preload.ts');
  preload();
}
