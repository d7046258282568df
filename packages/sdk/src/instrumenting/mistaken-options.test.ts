import { expect, test } from 'vitest';

import type { StartOptions } from '../options/options.ts';
import { OWN_OPTIONS } from '../options/instrumentation-options.ts';
import { resolveOptions } from '../options/resolve-options.ts';
import { LIBRARY_TABLE } from './library-table.ts';
import { mistakenOptions } from './mistaken-options.ts';

const told = (instrumentations: unknown) =>
  mistakenOptions(resolveOptions({ code: { instrumentations } as StartOptions, env: {} }).options);

test('options of our own instrumentations are taken, and whatever those of the catalogue are given', () => {
  const logger = { enabled: true, disableLogCorrelation: true, disableLogSending: true, hold: 'debug', events: true };

  expect(told({ pino: logger, winston: { exceptions: false }, hono: true, fastify: {}, koa: { any: 1 } })).toEqual([]);
});

test.each([
  [{ pino: { disableLogCorelation: true } }, 'pino.disableLogCorelation', 'did you mean disableLogCorrelation?'],
  [{ pino: { logKeys: {} } }, 'pino.logKeys', 'correlate({ keys }) of @clew/logs'],
  [{ winston: { logHook: () => {} } }, 'winston.logHook', 'a format'],
  [{ bunyan: { logSeverity: 9 } }, 'bunyan.logSeverity', 'the level of the logger'],
  [{ http: { ignoreIncomingPaths: ['/health'] } }, 'http.ignoreIncomingPaths', 'has no effect'],
  [{ fastify: { requestHook: () => {} } }, 'fastify.requestHook', 'a hook of the framework'],
  [{ undici: { ignoreHook: () => true } }, 'undici.ignoreHook', 'has no effect'],
  [{ hono: { constructor: 1 } }, 'hono.constructor', 'has no effect'],
  [{ console: { hold: 'verbose' } }, 'console.hold', 'none, trace, debug or info'],
])('what has no effect is named with its remedy: %o', (instrumentations, name, remedy) => {
  const lines = told(instrumentations);

  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`instrumentations.${name} `);
  expect(lines[0]).toContain(remedy);
});

test('each instrumentation of ours has its options named', () => {
  const ours = LIBRARY_TABLE.filter((row) => 'load' in row).map(({ name }) => name);

  expect(Object.keys(OWN_OPTIONS).toSorted()).toEqual(ours.toSorted());
});

test('what is mistaken is an error of types', () => {
  const options: StartOptions[] = [
    { instrumentations: { pino: { hold: 'info' }, koa: { anything: 1 }, fastify: false } },
    // @ts-expect-error -- there is no such option
    { instrumentations: { pino: { disableLogCorelation: true } } },
    // @ts-expect-error -- nor is there this hook
    { instrumentations: { fastify: { requestHook: () => {} } } },
  ];

  expect(options).toHaveLength(3);
});
