import { ROOT_CONTEXT } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { incomingOf, withIncoming } from './incoming.ts';

test('a context names the sender, and the one it was made from does not', () => {
  const incoming = { kind: 'child' } as const;

  expect(incomingOf(withIncoming(ROOT_CONTEXT, incoming))).toBe(incoming);
  expect(incomingOf(ROOT_CONTEXT)).toBeUndefined();
});
