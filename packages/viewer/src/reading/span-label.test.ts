import { expect, test } from 'vitest';

import { planSpan, type SpanPlan } from '../../test/build-trace.ts';
import { spanLabel } from './span-label.ts';

const METHOD = { 'http.request.method': 'GET' };

test.each<[string, SpanPlan, string]>([
  ['GET /orders/:id', { attributes: { ...METHOD, 'url.path': '/orders/7' } }, 'GET /orders/:id'],
  ['GET', { attributes: { ...METHOD, 'url.path': '/orders/7' } }, 'GET /orders/7'],
  ['GET', { kind: 'client', attributes: { ...METHOD, 'url.full': 'http://a:80/b?q=secret' } }, 'GET a/b'],
  ['GET', { kind: 'client', attributes: { ...METHOD, 'url.full': 'no url' } }, 'GET'],
  ['GET', { kind: 'client', attributes: METHOD }, 'GET'],
  ['GET', { attributes: { 'url.path': '/orders' } }, 'GET'],
])('a span named %j with %j is called %j', (name, plan, label) => {
  expect(spanLabel(planSpan(name, plan))).toBe(label);
});
