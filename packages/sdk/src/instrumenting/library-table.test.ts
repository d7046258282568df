import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';

import type { Instrumentation } from '@opentelemetry/instrumentation';
import { describe, expect, test } from 'vitest';

import type { StartOptions } from '../options/options.ts';
import { resolveOptions } from '../options/resolve-options.ts';
import { partsOf } from './instrumentation-parts.ts';
import { listInstrumentations, unknownInstrumentations } from './instrumentation-list.ts';
import { createLazyInstrumentations } from './lazy-instrumentations.ts';
import { librariesOf } from './libraries-of.ts';
import type { LibraryRow } from './library-row.ts';
import { LIBRARY_TABLE } from './library-table.ts';
import { loggerRow } from './logger-row.ts';
import { TARGETS } from './targets.generated.ts';

class DummyInstrumentation {
  readonly given: object;

  constructor(given: object) {
    this.given = given;
  }
}

/** All that a new library takes here; test/preload has a process load it. */
const DUMMY: LibraryRow = {
  name: 'dummy',
  modules: ['dummy'],
  load: () => DummyInstrumentation as unknown as new (config: object) => Instrumentation,
};

function dummyIn(row: LibraryRow, code: StartOptions, env: NodeJS.ProcessEnv = {}) {
  const { options } = resolveOptions({ code, env });
  const libraries = librariesOf([...LIBRARY_TABLE, row]);
  const listed = listInstrumentations(libraries, { options, env, isStartingUp: () => false, loadPart });
  return {
    lazy: listed.find(({ name }) => name === 'dummy'),
    unknown: unknownInstrumentations(libraries, options).map(({ name }) => name),
  };
}

describe('one row makes a library known:', () => {
  test.each<[what: string, on: boolean, code: StartOptions, env?: NodeJS.ProcessEnv]>([
    ['it is on by default', true, {}],
    ['it is switched off in code', false, { instrumentations: { dummy: false } }],
    ['it is on with options of its own', true, { instrumentations: { dummy: { depth: 2 } } }],
    ['it is switched off by environment', false, {}, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'dummy' }],
    ['it is on where the environment names it', true, {}, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'dummy' }],
    ['it is off where the environment names others', false, {}, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pg' }],
  ])('%s', (_what, on, code, env) => {
    const { lazy, unknown } = dummyIn(DUMMY, code, env);

    expect(lazy !== undefined).toBe(on);
    expect(unknown).toEqual([]);
  });

  test('it is constructed with its options before its module is loaded, and is active from then on', () => {
    const { lazy } = dummyIn(DUMMY, { instrumentations: { dummy: { depth: 2 } } });
    const made: unknown[] = [];
    const instrumentations = createLazyInstrumentations(lazy ? [lazy] : [], (each) => made.push(each));

    expect(instrumentations.active()).toEqual([]);
    expect(instrumentations.beforeLoad('dummy')).toBe(true);

    expect(made).toEqual([new DummyInstrumentation({ depth: 2 })]);
    expect(instrumentations.active()).toEqual(['dummy']);
  });

  test('a logger is off where nothing is done with lines, and is told what is done with them', () => {
    const row = loggerRow({ ...DUMMY, load: () => DummyInstrumentation as never });
    const logs = { correlate: false, exceptions: false };

    expect(dummyIn(row, { logs }).lazy).toBeUndefined();
    expect(dummyIn(row, { logs: { ...logs, events: true } }).lazy?.create()).toEqual({
      given: { disableLogCorrelation: true, hold: 'none', exceptions: false, events: true },
    });
  });

  test('it stands in for those of the catalogue that it names, whose names stay known', () => {
    const { options } = resolveOptions({ code: { instrumentations: { koa: false } }, env: {} });
    const libraries = librariesOf([{ ...DUMMY, replaces: ['koa', 'router'] }]);
    const names = libraries.map(({ name }) => name);

    expect(names).toContain('dummy');
    expect(names).not.toContain('koa');
    expect(names).not.toContain('router');
    expect(unknownInstrumentations(libraries, options)).toEqual([]);
  });
});

test('a row without a class of ours is about an instrumentation of the catalogue, and no library has two rows', () => {
  const names = LIBRARY_TABLE.map(({ name }) => name);
  const ofCatalogue = LIBRARY_TABLE.filter((row) => !('load' in row)).map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
  expect(TARGETS.map(({ name }) => name)).toEqual(expect.arrayContaining(ofCatalogue));
});

test('each row of ours finds the class of its library', () => {
  const classes = LIBRARY_TABLE.flatMap((row) => ('load' in row ? [[row.name, row.load(loadPart).name]] : []));

  const expected = classes.map(([name = '']) => [name, `${name.replaceAll(/(?:^|-)\w/g, upperCase)}Instrumentation`]);
  expect(classes).toEqual(expected);
});

test('each instrumentation of the catalogue is in a bundle, and patches what it does upstream', () => {
  const replaced = new Set(LIBRARY_TABLE.flatMap((row) => ('replaces' in row ? row.replaces : [])));
  const targets = TARGETS.filter(({ name }) => !replaced.has(name));

  const bundled = targets.map(({ name, className }) => {
    const exports = loadPart(name) as Record<string, new (config: object) => Instrumentation>;
    const Bundled = exports[className];
    const parts = Bundled === undefined ? [] : partsOf(new Bundled({ enabled: false }));
    const modules = parts.flatMap((part) => part._modules.map((module) => module.name));
    return [name, [...new Set(modules.filter((module) => !isAbsolute(module)))]];
  });

  expect(bundled).toEqual(targets.map(({ name, modules }) => [name, modules]));
});

const require = createRequire(import.meta.url);
const loadPart = (name: string) => require(`../../dist/instrumentations/${name}.cjs`) as unknown;

const upperCase = (text: string) => text.replace('-', '').toUpperCase();
