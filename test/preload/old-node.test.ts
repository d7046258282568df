import { runApp } from '@clew/testing';
import { beforeAll, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { nodeBinary } from '../support/node-binary.ts';

const OLD_VERSIONS = ['20.20.2', '22.14.0'] as const;
const DOWNLOAD_TIMEOUT_MILLIS = 300_000;

beforeAll(() => OLD_VERSIONS.forEach((version) => void nodeBinary(version)), DOWNLOAD_TIMEOUT_MILLIS);

test.each([
  ['20.20.2', 'app.mjs'],
  ['20.20.2', 'app.cjs'],
  ['22.14.0', 'app.mjs'],
])('on Node %s the preload says one line and %s runs untouched', async (version, file) => {
  using folder = fixture({
    'app.mjs': `import http from 'node:http'; console.log('runs', http.get.name); process.exitCode = 3;`,
    'app.cjs': `const http = require('node:http'); console.log('runs', http.get.name); process.exitCode = 3;`,
  });
  await using app = await runApp({ args: [file], cwd: folder.path, node: nodeBinary(version) });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 3, signal: null });
  expect(app.stdout).toBe('runs get\n');
  expect(app.stderr).toBe(`clew: Node ${version} is too old (22.15 or later is needed); nothing is traced\n`);
});
