import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { expect, test } from 'vitest';

import { LIBRARY_TABLE } from '../../packages/sdk/src/instrumenting/library-table.ts';
import { PACKAGES, type Manifest } from '../support/workspace.ts';

type Target = Manifest['exports'][string];

const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;

const entries = PACKAGES.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports)
    .flatMap(([subpath, target]) => (subpath.includes('*') ? matches(subpath, target, folder) : [{ subpath, target }]))
    .map(({ subpath, target }) => ({ entry: subpath.replace('.', manifest.name), target, folder })),
);

/** A pattern stands for every folder that has a file of its name. */
function matches(pattern: string, target: Target, folder: string) {
  if (typeof target === 'string') throw new TypeError(`${pattern} has no conditions`);
  return globSync(dirname(target.default), { cwd: folder })
    .map((path) => basename(path))
    .map((name) => ({
      subpath: pattern.replaceAll('*', name),
      target: { types: target.types.replaceAll('*', name), default: target.default.replaceAll('*', name) },
    }))
    .filter(({ target }) => existsSync(folder + target.default));
}

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

test('every folder with an instrumentation is an entry, and no folder of shared parts is', () => {
  const names = entries.flatMap(({ entry }) => /^@clew\/instrumentations\/(.*)/.exec(entry)?.[1] ?? []);
  const table = LIBRARY_TABLE.flatMap((row) => ('load' in row ? [row.name] : []));

  expect(names.toSorted()).toEqual([...table, 'package.json'].toSorted());
});
