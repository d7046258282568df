import { createTraceState } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { usableLink, usableLinks } from './usable-link.ts';

const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

test('a link keeps its span context, trace state and attributes', () => {
  const traceState = createTraceState('a=1');

  const link = usableLink({ context: { ...context, traceState, isRemote: true }, attributes: { a: 1 } });

  expect(link).toMatchObject({ context: { ...context, isRemote: true }, attributes: { a: 1 } });
  expect(link?.context.traceState?.serialize()).toBe('a=1');
});

test.each([
  undefined,
  null,
  {},
  { context: undefined },
  { context: {} },
  { context: { ...context, traceId: 7 } },
  { context: { ...context, traceId: 'zz' } },
  { context: { ...context, spanId: '' } },
])('%j is no link', (link) => {
  expect(usableLink(link)).toBeUndefined();
});

test('what is wrong beside the ids is left out of a link', () => {
  const link = { context: { ...context, traceFlags: 1n, traceState: 'a=1' }, attributes: 'text' };

  expect(usableLink(link)).toEqual({ context: { ...context, traceFlags: 0, isRemote: false } });
});

test('the ids of no span are a link: its attributes may tell something', () => {
  const none = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

  expect(usableLink({ context: none, attributes: { a: 1 } })).toMatchObject({ context: none, attributes: { a: 1 } });
});

test('the good ones of a list are taken, up to the first 1,000', () => {
  function* endless() {
    while (true) yield { context };
  }

  expect(usableLinks([{ context }, null, {}, { context }])).toHaveLength(2);
  expect(usableLinks(endless())).toHaveLength(1000);
  expect(usableLinks('text')).toEqual([]);
  expect(usableLinks(null)).toEqual([]);
  expect(usableLinks(undefined)).toBeUndefined();
});
