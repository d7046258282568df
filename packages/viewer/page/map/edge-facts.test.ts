import { expect, test } from 'vitest';

import type { MapEdge } from '../../src/api/answers.ts';
import { edgeFacts } from './edge-facts.ts';

const edge = (facts: Partial<MapEdge>): MapEdge => ({
  from: 'a',
  to: 'b',
  calls: 1,
  errors: 0,
  p50Nanos: 1e6,
  p95Nanos: 1e6,
  ...facts,
});

test('edges with more calls are wider', () => {
  const edges = [edge({ calls: 1 }), edge({ calls: 10 }), edge({ calls: 1000 })];
  const widths = edges.map((each) => edgeFacts(each, edges).width);

  expect(widths).toEqual(widths.toSorted((a, b) => a - b));
  expect(new Set(widths).size).toBe(3);
});

test('failing calls are marked before slow ones, and slow ones only where they are slow for people', () => {
  const edges = [edge({ errors: 1, p95Nanos: 9e9 }), edge({ p95Nanos: 5e9 }), edge({ p95Nanos: 1e9 }), edge({})];

  expect(edges.map((each) => edgeFacts(each, edges).kind)).toEqual(['failing', 'slow', 'calm', 'calm']);
  expect(edgeFacts(edge({ p95Nanos: 50e6 }), [edge({})]).kind).toBe('calm');
});
