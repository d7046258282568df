import { expect, test } from 'vitest';

import { planSpan } from '../../test/build-trace.ts';
import type { SpanRecord } from '../span-record.ts';
import { errorOrigins } from './error-origins.ts';

const EXCEPTION = { type: 'Error', message: 'card declined' };

test('an error that passed up is told where it began', () => {
  const spans = [
    planSpan('root', { exception: EXCEPTION }),
    planSpan('call', { parent: 'root', exception: EXCEPTION }),
    planSpan('charge', { parent: 'call', exception: EXCEPTION }),
  ];

  expect(originsOf(spans)).toEqual(['charge: Error: card declined']);
});

test('a status of HTTP is told only where nothing below failed', () => {
  const attributes = { 'http.response.status_code': 500 };
  const failed = { code: 2 };
  const root = { ...planSpan('root', { attributes }), status: failed };

  expect(originsOf([root])).toEqual(['root: HTTP 500']);
  expect(originsOf([root, planSpan('charge', { parent: 'root', exception: EXCEPTION })])).toEqual([
    'charge: Error: card declined',
  ]);
});

test('a span that has something else to say than the one below it began an error, too', () => {
  const spans = [planSpan('root', { failed: 'gave up' }), planSpan('call', { parent: 'root', failed: 'timeout' })];

  expect(originsOf(spans)).toEqual(['root: gave up', 'call: timeout']);
});

function originsOf(spans: readonly SpanRecord[]): string[] {
  return errorOrigins(spans).map(({ span, text }) => `${span.name}: ${text}`);
}
