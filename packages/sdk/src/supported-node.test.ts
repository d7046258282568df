import { expect, test } from 'vitest';

import { isSupportedNode } from './supported-node.ts';

test.each([
  ['18.20.8', false],
  ['20.20.2', false],
  ['22.14.0', false],
  ['22.15.0', true],
  ['24.0.0', true],
  ['26.10.0', true],
])('Node %s is supported: %s', (version, supported) => {
  expect(isSupportedNode(version)).toBe(supported);
});
