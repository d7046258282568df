import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { nodeBinary } from '../support/node-binary.ts';
import { OLD_NODES } from '../support/old-nodes.ts';

test.each(OLD_NODES.flatMap((version) => [[version, 'app.mjs'] as const, [version, 'app.cjs'] as const]))(
  'on Node %s the preload says one line and %s runs untouched',
  async (version, file) => {
    using folder = fixture({
      'app.mjs': `import http from 'node:http'; console.log('runs', http.get.name); process.exitCode = 3;`,
      'app.cjs': `const http = require('node:http'); console.log('runs', http.get.name); process.exitCode = 3;`,
    });
    await using app = await runApp({ args: [file], cwd: folder.path, node: await nodeBinary(version) });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 3, signal: null });
    expect(app.stdout).toBe('runs get\n');
    expect(app.stderr).toBe(`clew: Node ${version} is too old (22.15 or later is needed); nothing is traced\n`);
  },
);
