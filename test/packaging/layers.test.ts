import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

import { describe, expect, test } from 'vitest';

import { PACKAGES, ROOT } from '../support/workspace.ts';

const MAP = readFileSync(`${ROOT}ARCHITECTURE.md`, 'utf8');
const SDK = `${ROOT}packages/sdk/src/`;

// Both tables stand in ARCHITECTURE.md from the top down.
const PACKAGE_LAYERS = tableAfter('## Packages').map(([, packages = '', never = '']) => ({
  members: namesIn(packages),
  never: namesIn(never),
}));
const ROOM_LAYERS = tableAfter('## The rooms of `packages/sdk/src`').map(([, rooms = '']) => namesIn(rooms));

const PACKAGE_IMPORT = /(?:from|import\(|require\(|import)\s*['"](@clew\/[\w-]+(?:\/[\w-]+)*)['"]/g;
const FILE_IMPORT = /(?:from|import\(|import)\s*['"](\.[^'"]+)['"]/g;

/** 0 is the top; -1 is nowhere. */
const layerOf = (name: string) => PACKAGE_LAYERS.findIndex(({ members }) => members.includes(name));
const rowOf = (room: string) => ROOM_LAYERS.findIndex((rooms) => rooms.includes(room));

test.each(PACKAGES.map(({ folder, manifest }) => [manifest.name, folder, manifest] as const))(
  '%s imports packages of lower layers only, and lists them',
  (name, folder, { dependencies, peerDependencies }) => {
    const listed = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    const imported = sourcesIn(folder)
      .flatMap((file) => [...readFileSync(folder + file, 'utf8').matchAll(PACKAGE_IMPORT)])
      .map(([, specifier = '']) => specifier.split('/', 2).join('/'))
      .filter((each) => each !== name);

    expect(layerOf(name), 'the package has a layer').toBeGreaterThanOrEqual(0);
    expect(
      imported.filter((each) => !listed.has(each)),
      'imported but not listed',
    ).toEqual([]);
    // `@clew/testing` finds the SDK at run time, as an optional peer.
    const runtime = [...imported, ...Object.keys(dependencies ?? {})].filter((each) => layerOf(each) >= 0);
    for (const each of runtime) expect([name, each, layerOf(each) > layerOf(name)]).toEqual([name, each, true]);
    for (const each of PACKAGE_LAYERS[layerOf(name)]?.never ?? []) {
      expect([name, each, imported.includes(each)]).toEqual([name, each, false]);
    }
  },
);

test('the viewer is imported by the command line and by the testing package only', () => {
  const importers = PACKAGES.filter(({ manifest }) => '@clew/viewer' in { ...manifest.dependencies });

  expect(importers.map(({ manifest }) => manifest.name).toSorted()).toEqual(['@clew/cli', '@clew/testing']);
});

test.each(PACKAGES.map(({ folder, manifest }) => [manifest.name, folder] as const))(
  '%s reads the environment only where it may',
  (name, folder) => {
    const readers = sourcesIn(folder).filter((file) => /process\.env\b/.test(codeOf(folder + file)));

    const mayRead = ['@clew/sdk', '@clew/testing', '@clew/cli'].includes(name);
    expect(mayRead ? [] : readers).toEqual([]);
  },
);

test('only the guarded subscription subscribes to channels of Node, which ends the process for what a subscriber throws', () => {
  const subscribing = CODE.filter(({ code }) => /diagnostics_channel/.test(code)).map(({ file }) => file);

  expect(subscribing).toEqual(['packages/diagnostics/src/guarded-subscribe.ts']);
});

test('instrumentations read the environment that they are given', () => {
  const reading = CODE.filter(({ file, code }) => file.includes('/instrumentations/') && code.includes('process.env'));

  expect(reading.map(({ file }) => file)).toEqual([]);
});

describe('the rooms of the SDK', () => {
  const files = sourcesIn(SDK);

  test('are those of the map', () => {
    const rooms = new Set(files.map((file) => dirname(file)));

    expect([...rooms].toSorted()).toEqual(ROOM_LAYERS.flat().toSorted());
  });

  test.each(ROOM_LAYERS.flat())('%s imports from its own room and from lower rows only', (room) => {
    const arrows = files
      .filter((file) => dirname(file) === room)
      .flatMap((file) => {
        const imports = [...readFileSync(SDK + file, 'utf8').matchAll(FILE_IMPORT)];
        return imports.map(([, specifier = '']) => [file, normalize(join(dirname(file), specifier))] as const);
      });

    const wrong = arrows.filter(([, target]) => dirname(target) !== room && rowOf(dirname(target)) <= rowOf(room));
    expect(wrong).toEqual([]);
  });

  test('know all options only where they may', () => {
    const knowing = files.filter((file) => /\bResolvedOptions\b/.test(codeOf(SDK + file)));

    const mayKnow = new Set(['.', 'pipelines', 'instrumenting', 'options']);
    expect(knowing.filter((file) => !mayKnow.has(dirname(file)))).toEqual([]);
  });
});

/** All sources of packages, without their comments. */
const CODE = PACKAGES.flatMap(({ folder }) =>
  sourcesIn(folder).map((file) => ({ file: relative(ROOT, folder + file), code: codeOf(folder + file) })),
);

function sourcesIn(folder: string): string[] {
  return globSync('src/**/*.ts', { cwd: folder.replace(/src\/$/, '') })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => (folder.endsWith('src/') ? file.replace(/^src\//, '') : file));
}

function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
}

/** The rows of the first table after a heading, without its own heading. */
function tableAfter(heading: string): string[][] {
  const [, section = ''] = MAP.split(`${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return table
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
