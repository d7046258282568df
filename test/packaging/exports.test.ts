import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { expect, test } from 'vitest';

import { PACKAGES } from '../support/workspace.ts';

const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;

const entries = PACKAGES.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports).map(([subpath, target]) => ({
    entry: subpath.replace('.', manifest.name),
    target,
    folder,
  })),
);

test.each(entries)('$entry has the files that its manifest names', ({ target, folder }) => {
  const files = typeof target === 'string' ? [target] : [target.types, target.default];

  expect(files.filter((file) => !existsSync(folder + file))).toEqual([]);
});

test.each(entries.filter(({ target }) => typeof target !== 'string'))(
  '$entry can be imported, and required without a top-level await in the way',
  ({ entry }) => {
    const program = `
      import { createRequire } from 'node:module';
      const imported = await import(${JSON.stringify(entry)});
      const required = createRequire(import.meta.url)(${JSON.stringify(entry)});
      if (imported !== required) throw new Error('import and require gave two copies');
    `;

    const { status, stdout, stderr } = spawnSync(node, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });

    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);
