import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { targetOf, withTarget } from './target.ts';

test('a context names the receiver, and the one it was made from does not', () => {
  const target = { kind: 'message', system: 'kafka', destination: 'orders' } as const;

  expect(targetOf(withTarget(ROOT_CONTEXT, target))).toBe(target);
  expect(targetOf(ROOT_CONTEXT)).toBeUndefined();
});

test('another copy of the module reads it too', () => {
  const target = { kind: 'child' } as const;

  expect(withTarget(ROOT_CONTEXT, target).getValue(createContextKey('clew.target'))).toBe(target);
});
