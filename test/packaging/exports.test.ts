import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { expect, test } from 'vitest';

import { LIBRARY_TABLE } from '../../packages/sdk/src/instrumenting/library-table.ts';
import { PACKAGES, type Manifest } from '../support/workspace.ts';

type Target = Manifest['exports'][string];

const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;

/** Those that applications import, or what these depend on. */
const IN_BOTH_FORMATS = ['diagnostics', 'logs', 'sampling', 'sdk', 'spans', 'testing', 'trace-context', 'viewer'];

const entries = PACKAGES.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports)
    .flatMap(([subpath, target]) => (subpath.includes('*') ? matches(subpath, target, folder) : [{ subpath, target }]))
    .map(({ subpath, target }) => ({ entry: subpath.replace('.', manifest.name), target, folder })),
);
const inBothFormats = entries.filter(({ target }) => typeof target !== 'string' && target['module-sync'] !== undefined);

/** A pattern stands for every folder that has a file of its name. */
function matches(pattern: string, target: Target, folder: string) {
  if (typeof target === 'string') throw new TypeError(`${pattern} has no conditions`);
  const { types = '', default: module = '' } = target;
  return globSync(dirname(module), { cwd: folder })
    .map((path) => basename(path))
    .map((name) => ({
      subpath: pattern.replaceAll('*', name),
      target: { types: types.replaceAll('*', name), default: module.replaceAll('*', name) },
    }))
    .filter(({ target }) => existsSync(folder + target.default));
}

/** All files that an entry names, under whatever conditions. */
function filesOf(target: unknown): string[] {
  return typeof target === 'string' ? [target] : Object.values(target as object).flatMap(filesOf);
}

test.each(entries)('$entry has the files that its manifest names', ({ target, folder }) => {
  expect(filesOf(target).filter((file) => !existsSync(folder + file))).toEqual([]);
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

    expect(run(program)).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);

test.each(IN_BOTH_FORMATS)('every entry of @clew/%s is there as an ES module and as CommonJS', (name) => {
  const { manifest } = PACKAGES.find(({ manifest }) => manifest.name === `@clew/${name}`)!;
  const targets = Object.entries(manifest.exports).filter(([subpath]) => !/\.json$|register/.test(subpath));

  expect(targets.length).toBeGreaterThan(0);
  for (const [, target] of targets) {
    // In this order: the first condition that a loader knows is taken, and Node knows all three.
    expect(Object.keys(target)).toEqual(['module-sync', 'import', 'require']);
    const { 'module-sync': sync, import: imported, require: required } = target as Exclude<Target, string>;
    expect(sync).toEqual(imported);
    expect(required).toEqual({
      types: imported?.types.replace(/\.d\.ts$/, '.d.cts'),
      default: imported?.default.replace(/\.js$/, '.cjs'),
    });
  }
});

test('what knows no exports maps finds the CommonJS build of each entry by the older fields', () => {
  for (const { manifest } of PACKAGES.filter(({ manifest }) => IN_BOTH_FORMATS.includes(manifest.name.slice(6)))) {
    const { '.': root, ...others } = manifest.exports as Record<string, Exclude<Target, string>>;
    const subpaths = Object.entries(others).filter(([, target]) => target['module-sync'] !== undefined);

    expect([manifest.main, manifest.types]).toEqual([root?.require?.default, root?.require?.types]);
    expect(manifest.typesVersions?.['*'] ?? {}).toEqual(
      Object.fromEntries(subpaths.map(([subpath, { require }]) => [subpath.slice(2), [require?.types]])),
    );
  }
});

test.each(inBothFormats)('$entry as CommonJS exports the names that it exports as an ES module', ({ entry }) => {
  const program = `
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)(${JSON.stringify(entry)});
    const imported = await import(${JSON.stringify(entry)});
    if (required === imported || !required.__esModule) throw new Error('require gave no CommonJS module');
    console.log(JSON.stringify([Object.keys(imported).toSorted(), Object.keys(required).toSorted()]));
  `;

  const { stdout, stderr } = run(program, '--no-experimental-require-module');

  expect(stderr).toBe('');
  const [imported, required] = JSON.parse(stdout) as [string[], string[]];
  expect(required).toEqual(imported);
});

test('every folder with an instrumentation is an entry, and no folder of shared parts is', () => {
  const names = entries.flatMap(({ entry }) => /^@clew\/instrumentations\/(.*)/.exec(entry)?.[1] ?? []);
  const table = LIBRARY_TABLE.flatMap((row) => ('load' in row ? [row.name] : []));

  expect(names.toSorted()).toEqual([...table, 'package.json'].toSorted());
});

function run(program: string, ...flags: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [...flags, '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
