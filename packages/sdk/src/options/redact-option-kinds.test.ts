import { expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import type { StartOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';

const resolved = (redact: unknown, env: NodeJS.ProcessEnv = {}) =>
  resolveOptions({ code: { redact } as StartOptions, env }).options.redact;

test.each<[object, string]>([
  [{ attributes: 'customer.email' }, 'redact.attributes is "customer.email", expected a list of names'],
  [{ parameters: [/x/] }, 'redact.parameters is a list, expected a list of names'],
  [{ patterns: ['('] }, 'redact.patterns is a list, expected a list of regular expressions that do not match'],
  [{ patterns: [/a*/] }, 'redact.patterns is a list, expected a list of regular expressions that do not match'],
  [{ patterns: [7] }, 'redact.patterns is a list'],
  [{ value: 'x' }, 'redact.value is "x", expected a function of a name and a string'],
  [{ hash: { key: 'k' } }, 'redact.hash is an object, expected an object with a key'],
  [{ hash: { key: 7, attributes: [] } }, 'redact.hash is'],
  [{ hash: { key: 'k', attributes: [], salt: 's' } }, 'redact.hash is'],
  [{ defaults: 'no' }, 'redact.defaults is "no", expected true or false'],
  [{ atributes: [] }, 'redact.atributes is not an option of Clew'],
])('%o throws at start', (redact, message) => {
  expect(() => resolved(redact)).toThrow(ConfigurationError);
  expect(() => resolved(redact)).toThrow(message);
});

test('what is not given has its default, and lists come from variables, too', () => {
  const pattern = /\d{16}/;
  const env = { CLEW_REDACT_ATTRIBUTES: 'customer.email, user.*', CLEW_REDACT_PARAMETERS: 'my_ticket' };

  expect(resolved({ patterns: [pattern, 'x+'] }, env)).toEqual({
    defaults: true,
    attributes: ['customer.email', 'user.*'],
    parameters: ['my_ticket'],
    patterns: [pattern, 'x+'],
    value: undefined,
    hash: undefined,
  });
});
