import { describe, expect, test } from 'vitest';

import { isOn, listInstrumentations, unknownInstrumentations } from './instrumentation-list.ts';
import { librariesOf } from './libraries-of.ts';
import { LIBRARY_TABLE } from './library-table.ts';
import type { StartOptions } from '../options/options.ts';
import { resolveOptions } from '../options/resolve-options.ts';

const LIBRARIES = librariesOf(LIBRARY_TABLE);

const optionsFrom = (code: StartOptions) => resolveOptions({ code, env: {} }).options;
const surroundingsOf = (code: StartOptions) => ({
  options: optionsFrom(code),
  env: {},
  isStartingUp: () => false,
  loadPart: () => undefined,
});

describe('whether an instrumentation is on', () => {
  test.each<[name: string, code: StartOptions, on: boolean]>([
    ['http', {}, true],
    ['net', {}, false],
    ['dns', {}, false],
    ['fs', {}, false],
    ['fs', { instrumentations: { fs: true } }, true],
    ['fs', { instrumentations: { fs: { requireParentSpan: true } } }, true],
    ['fs', { enabledInstrumentations: ['fs'] }, true],
    ['http', { instrumentations: { http: false } }, false],
    ['http', { disabledInstrumentations: ['http'] }, false],
    ['http', { enabledInstrumentations: ['pg'] }, false],
    ['http', { enabledInstrumentations: ['http'], disabledInstrumentations: ['http'] }, false],
    ['http', { disabledInstrumentations: ['http'], instrumentations: { http: true } }, true],
    ['pino', {}, true],
    ['pino', { logs: { correlate: false } }, true],
    ['pino', { logs: { correlate: false, exceptions: false } }, false],
    ['winston', { logs: { correlate: false, exceptions: false, hold: 'debug' } }, true],
    ['console', { logs: { correlate: false, exceptions: false, export: true } }, true],
    ['runtime-node', {}, false],
    ['runtime-node', { exporters: { metrics: ['none'] } }, false],
    ['runtime-node', { exporters: { metrics: ['otlp'] } }, true],
    ['host-metrics', { exporters: { metrics: ['otlp'] } }, false],
  ])('%s with %j: %s', (name, code, on) => {
    const library = LIBRARIES.find((each) => each.name === name);

    expect(library && isOn(library, surroundingsOf(code))).toBe(on);
  });
});

test('names of no instrumentation are found wherever they stand', () => {
  const options = optionsFrom({
    instrumentations: { http: true, htpp: false },
    enabledInstrumentations: ['pgg', 'fastify'],
    disabledInstrumentations: ['child-process', 'nett'],
  });

  expect(unknownInstrumentations(LIBRARIES, options).map(({ name }) => name)).toEqual(['htpp', 'pgg', 'nett']);
});

test('each library has one instrumentation: ours stand in for those of the catalogue', () => {
  const names = listInstrumentations(LIBRARIES, surroundingsOf({})).map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining(['http', 'fastify', 'hono', 'pino', 'winston', 'bunyan', 'console', 'undici']),
  );
});
