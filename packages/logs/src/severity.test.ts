import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';

import { severityOfLevel, severityOfName } from './severity.ts';

test.each([
  [10, 'trace', 1],
  [20, 'debug', 5],
  [30, 'info', 9],
  [40, 'warn', 13],
  [50, 'error', 17],
  [60, 'fatal', 21],
  [35, 'audit', 11],
  [3, 'error', 17],
  [0, 'all', 1],
  [1000, 'apocalypse', 24],
])('the level %i, named %s, has the severity %i', (level, name, severity) => {
  expect(severityOfLevel(level, name)).toBe(severity);
});

test('every number is some severity, and greater ones are no less severe', () => {
  assert(
    property(integer(), integer(), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((level) => severityOfLevel(level, undefined));
      expect(low).toBeGreaterThanOrEqual(1);
      expect(high).toBeLessThanOrEqual(24);
      expect(low).toBeLessThanOrEqual(high ?? 0);
    }),
  );
});

test.each([
  ['help', 11],
  ['data', 10],
  ['prompt', 4],
  ['input', 2],
  ['verbose', 6],
  ['http', 7],
  ['silly', 1],
  ['emerg', 21],
])("winston's level %s has the severity %i", (name, severity) => {
  expect(severityOfName(name)).toBe(severity);
});

test('a name is read in any case, and no name is found in the prototype of objects', () => {
  expect(severityOfName('WARNING')).toBe(13);
  expect(severityOfName('constructor')).toBeUndefined();
  assert(property(string(), (name) => void severityOfName(name)));
});
