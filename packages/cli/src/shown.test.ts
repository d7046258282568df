import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';

import { parseShown } from './shown.ts';

test.each([
  ['all', ['all'], false],
  ['errors', ['errors'], false],
  ['errors,slow', ['errors', 'slow'], false],
  ['slow, errors', ['errors', 'slow'], false],
  ['none', [], false],
  ['attributes', ['errors', 'slow'], true],
  ['attributes,all', ['all'], true],
])('%s unfolds %j, with attributes: %s', (text, traces, attributes) => {
  const shown = parseShown(text);

  expect([...shown.traces]).toEqual(traces);
  expect(shown.attributes).toBe(attributes);
});

test.each([
  ['some', 'expected some of all, errors, slow, none, attributes, got "some"'],
  ['', 'got ""'],
  ['all,', 'got ""'],
  ['none,attributes', 'none goes with nothing else'],
])('%j is wrong usage', (text, message) => {
  expect(() => parseShown(text)).toThrow(InvalidArgumentError);
  expect(() => parseShown(text)).toThrow(message);
});
