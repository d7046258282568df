import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { MapEdge, MapNode } from '../../src/api/answers.ts';
import { layOutMap, NODE_HEIGHT, NODE_WIDTH } from './map-layout.ts';

const node = (id: string): MapNode => ({
  id,
  label: id,
  kind: 'service',
  requests: 1,
  errors: 0,
  perSecond: 1,
  p50Nanos: 1,
  p95Nanos: 1,
});
const edge = (from: string, to: string): MapEdge => ({ from, to, calls: 1, errors: 0, p50Nanos: 1, p95Nanos: 1 });

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 30 });
const anyMap = ids.chain((ids) => {
  const id = fc.constantFrom(...ids);
  return fc.record({
    nodes: fc.constant(ids.map(node)),
    edges: fc.array(
      fc.tuple(id, id).map(([from, to]) => edge(from, to)),
      { maxLength: 60 },
    ),
  });
});

test('callers stand to the left of what they call', () => {
  const layout = layOutMap(['db', 'gateway', 'orders', 'tax'].map(node), [
    edge('gateway', 'orders'),
    edge('orders', 'tax'),
    edge('orders', 'db'),
    edge('gateway', 'db'),
  ]);

  const columns = Object.fromEntries(layout.nodes.map(({ node, x }) => [node.id, x]));
  expect(columns['gateway']).toBeLessThan(columns['orders']!);
  expect(columns['orders']).toBeLessThan(columns['db']!);
  expect(columns['tax']).toBe(columns['db']);
});

test('two services that call each other both have their place, and both edges are drawn', () => {
  const layout = layOutMap([node('a'), node('b')], [edge('a', 'b'), edge('b', 'a'), edge('a', 'a')]);

  expect(layout.nodes.map(({ x }) => x)).toEqual([...new Set(layout.nodes.map(({ x }) => x))]);
  expect(layout.edges).toHaveLength(3);
});

test('an edge to a later layer passes beside the nodes between', () => {
  const { nodes, edges } = layOutMap(['a', 'b', 'c'].map(node), [edge('a', 'b'), edge('b', 'c'), edge('a', 'c')]);

  const long = edges.find(({ edge }) => edge.from === 'a' && edge.to === 'c')!;
  const passed = nodes.find(({ node }) => node.id === 'b')!;
  const [, height = ''] = /([\d.]+)H/.exec(long.path) ?? [];
  expect(Number(height) < passed.y || Number(height) > passed.y + NODE_HEIGHT).toBe(true);
});

test('an edge from or to a node that was left out is not drawn', () => {
  expect(layOutMap([node('a')], [edge('a', 'gone')]).edges).toEqual([]);
});

test('no two nodes overlap, all lie within the drawing, and every edge is drawn', () => {
  fc.assert(
    fc.property(anyMap, ({ nodes, edges }) => {
      const layout = layOutMap(nodes, edges);
      expect(layout.nodes.map(({ node }) => node.id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
      expect(layout.edges).toHaveLength(edges.length);
      for (const [index, a] of layout.nodes.entries()) {
        expect(a.x + NODE_WIDTH).toBeLessThanOrEqual(layout.width);
        expect(a.y + NODE_HEIGHT).toBeLessThanOrEqual(layout.height);
        for (const b of layout.nodes.slice(index + 1)) {
          expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true);
        }
      }
    }),
  );
});

test('the order in which nodes and edges come changes nothing', () => {
  fc.assert(
    fc.property(anyMap, ({ nodes, edges }) => {
      expect(layOutMap(nodes.toReversed(), edges.toReversed())).toEqual(layOutMap(nodes, edges));
    }),
  );
});

test('a chain of 200 services and 200 that all call each other are laid out within a second', () => {
  const nodes = Array.from({ length: 200 }, (_, index) => node(`s${index}`));
  const chain = nodes.slice(1).map(({ id }, index) => edge(`s${index}`, id));
  const all = nodes.flatMap((a) => nodes.map((b) => edge(a.id, b.id)));

  const began = performance.now();
  expect(layOutMap(nodes, chain).width).toBeGreaterThan(200 * NODE_WIDTH);
  expect(layOutMap(nodes, all).edges).toHaveLength(40_000);
  expect(performance.now() - began).toBeLessThan(3000);
});
