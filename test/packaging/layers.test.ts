import { globSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { PACKAGES } from '../support/workspace.ts';

// From the bottom up; a package may import those of lower layers only. `testing` also has the viewer beside it.
const LAYERS = [
  ['@clew/trace-context', '@clew/diagnostics', '@clew/viewer'],
  ['@clew/spans', '@clew/logs', '@clew/queues'],
  ['@clew/sampling', '@clew/testing'],
  ['@clew/instrumentations'],
  ['@clew/sdk'],
  ['clew'],
];

// What a layer of the map says beyond "everything below".
const NEVER: Readonly<Record<string, readonly string[]>> = {
  '@clew/testing': ['@clew/diagnostics', '@clew/logs', '@clew/spans', '@clew/queues'],
  '@clew/instrumentations': ['@clew/viewer', '@clew/testing', '@clew/sampling'],
  '@clew/sdk': ['@clew/viewer', '@clew/testing'],
};

const IMPORT = /(?:from|import\(|require\(|import)\s*['"]((?:@clew\/[\w-]+|clew)(?:\/[\w-]+)?)['"]/g;

const layerOf = (name: string) => LAYERS.findIndex((layer) => layer.includes(name));

test.each(PACKAGES.map(({ folder, manifest }) => [manifest.name, folder, manifest] as const))(
  '%s imports packages of lower layers only, and lists them',
  (name, folder, { dependencies, peerDependencies }) => {
    const listed = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    const imported = globSync('src/**/*.ts', { cwd: folder })
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(folder + file, 'utf8').matchAll(IMPORT)])
      .map(([, specifier = '']) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
      .filter((each) => each !== name);

    expect(layerOf(name), 'the package has a layer').toBeGreaterThanOrEqual(0);
    expect(
      imported.filter((each) => !listed.has(each)),
      'imported but not listed',
    ).toEqual([]);
    // `@clew/testing` finds the SDK at run time, as an optional peer.
    const runtime = [...imported, ...Object.keys(dependencies ?? {})].filter((each) => layerOf(each) >= 0);
    for (const each of runtime) expect([name, each, layerOf(each) < layerOf(name)]).toEqual([name, each, true]);
    for (const each of NEVER[name] ?? []) expect([name, imported.includes(each)]).toEqual([name, false]);
  },
);

test.each(PACKAGES.map(({ folder, manifest }) => [manifest.name, folder] as const))(
  '%s reads the environment only where it may',
  (name, folder) => {
    const readers = globSync('src/**/*.ts', { cwd: folder })
      .filter((file) => !file.endsWith('.test.ts'))
      .filter((file) =>
        /process\.env\b/.test(readFileSync(folder + file, 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '')),
      );

    const mayRead = ['@clew/sdk', '@clew/testing', 'clew', '@clew/instrumentations'].includes(name);
    expect(mayRead ? [] : readers).toEqual([]);
  },
);
