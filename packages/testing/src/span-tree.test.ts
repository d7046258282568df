import { expect, test } from 'vitest';

import { spanTree } from './span-tree.ts';

test('children are indented below their parent, in the order they are given', () => {
  const tree = spanTree([
    { name: 'POST /checkout', spanId: 'a' },
    { name: 'order.place', spanId: 'b', parentSpanId: 'a' },
    { name: 'mail.send', spanId: 'd', parentSpanId: 'a' },
    { name: 'payment.charge', spanId: 'c', parentSpanId: 'b' },
  ]);

  expect(tree).toBe('POST /checkout\n  order.place\n    payment.charge\n  mail.send');
});

test('a span that ended in error carries its message, one without a message a bare mark', () => {
  const tree = spanTree([
    { name: 'payment.charge', spanId: 'a', error: 'card declined' },
    { name: 'payment.refund', spanId: 'b', error: '' },
  ]);

  expect(tree).toBe('payment.charge !card declined\npayment.refund !');
});

test('a span whose parent is elsewhere is a root', () => {
  expect(spanTree([{ name: 'GET /', spanId: 'a', parentSpanId: 'remote' }])).toBe('GET /');
});

test('a span that has not ended is marked', () => {
  expect(spanTree([{ name: 'forgotten', spanId: 'a', open: true }])).toBe('forgotten (open)');
});

test('no spans are an empty text', () => {
  expect(spanTree([])).toBe('');
});
