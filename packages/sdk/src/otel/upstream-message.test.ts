import { diag } from '@opentelemetry/api';
import { forgetReports } from '@clew/diagnostics';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { stderrOf } from '../../test/stderr-of.ts';
import { installDiagLogger } from './diag-logger.ts';

beforeEach(() => forgetReports());
afterEach(() => diag.disable());

test.each([
  ['Failed extracting version', ['/var/task']],
  ['dropping invalid resource attribute value for key "host.id"', []],
  ['dropping invalid resource attribute value for key "process.owner"', []],
  ['Schema URL merge conflict: old resource has "a", updating resource has "b".', []],
] as const)('what nobody can act upon is told only to those who debug: %s', (message, args) => {
  installDiagLogger('warn');
  expect(stderrOf(() => diag.warn(message, ...args))).toEqual([]);

  installDiagLogger('debug');
  expect(stderrOf(() => diag.warn(message, ...args))).toHaveLength(1);
});

test('a resource attribute of the user that is dropped is told', () => {
  installDiagLogger('warn');

  expect(stderrOf(() => diag.warn('dropping invalid resource attribute value for key "team"'))).toHaveLength(1);
});

test.each([
  ['Failed to parse trace export response: Unexpected token, "SECRET" is no JSON. Returning', []],
  ['Zipkin request payload: [{"tags":{"team":"SECRET"}}]', []],
  ['Could not load OpenTelemetry configuration, SDK will not be setup: a mistake at line 1:\n\n  x: SECRET\n', []],
  ['Failed to inject with MyPropagator. Err: cannot write SECRET', []],
  ['Failed to record an exception SECRET', []],
  ['non-number value provided to metric m: SECRET', []],
  ['Error running span customization hook due to exception in handler', [{ a: 'SECRET' }, new Error('SECRET')]],
  ['metrics collection errors', [new TypeError('SECRET'), new Error('SECRET')]],
] as const)('%j is passed on without what it quotes', (message, args) => {
  installDiagLogger('all');

  for (const level of ['error', 'debug'] as const) {
    const [line] = stderrOf(() => diag[level](message, ...args));

    expect(line).toMatch(/^clew: \w+/);
    expect(line).not.toContain('SECRET');
  }
});

test('messages that begin with the same 500 characters are one cause', () => {
  installDiagLogger('warn');
  const warn = (end: string) => diag.warn(`the unit ${'text '.repeat(300)}${end}`);

  expect(
    stderrOf(() => {
      warn('a');
      warn('b');
    }),
  ).toHaveLength(1);
});

test('what Zipkin answers is short and steers no terminal', () => {
  installDiagLogger('debug');

  const [line = ''] = stderrOf(() =>
    diag.debug(`Zipkin response status code: 500, body: \u001B[2J${'A'.repeat(9000)}`),
  );

  expect(line).toMatch(/^clew: Zipkin response status code: 500, body: \[2JA+$/);
  expect(line.length).toBeLessThan(250);
});

test('of an error that the error handler writes as JSON, name and message are told', () => {
  installDiagLogger('warn');
  const json = JSON.stringify({ stack: 'Error: at /x', message: 'socket hang up', name: 'Error', headers: 'SECRET' });

  expect(stderrOf(() => diag.error(json))).toEqual(['clew: Error: socket hang up']);
});

test('an instrumentation that catches its own failure to patch says so as all others do', () => {
  installDiagLogger('warn');

  const lines = stderrOf(() => diag.error('Failed to load oracledb module.', new TypeError('x')));

  expect(lines).toEqual([
    expect.stringMatching(
      /^clew: the instrumentation oracledb could not patch oracledb, which is not traced: TypeError/,
    ),
  ]);
});
