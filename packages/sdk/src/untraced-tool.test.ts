import { expect, test } from 'vitest';

import { isUntracedTool } from './untraced-tool.ts';

test.each([
  ['/usr/lib/node_modules/npm/bin/npm-cli.js', true],
  ['/usr/lib/node_modules/npm/bin/npx-cli.js', true],
  ['/app/.yarn/releases/yarn.cjs', true],
  ['/usr/lib/node_modules/pnpm/bin/pnpm.cjs', true],
  ['/usr/lib/node_modules/corepack/dist/corepack.js', true],
  ['/app/node_modules/.bin/clew', true],
  ['/app/node_modules/@clew/cli/bin/clew.js', true],
  [String.raw`C:\npm\npm-cli.js`, true],
  ['/app/server.js', false],
  ['/app/my-npm-cli.js', false],
  ['/app/clew/server.js', false],
  ['/usr/bin/npx', true],
  ['/usr/bin/npm', true],
  ['/app/npm', false],
  ['/app/npx', false],
  [undefined, false],
])('%s is a tool that is not traced: %s', (script, expected) => {
  const realPath = (path: string) => path.replace(/^\/usr\/bin\/(.*)$/, '/usr/lib/node_modules/npm/bin/$1-cli.js');

  expect(isUntracedTool(script, realPath)).toBe(expected);
});
