import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace } from '../../test/build-trace.ts';
import { spanTable } from './span-table.ts';
import { traceColumns } from './trace-columns.ts';

test('spans are columns that refer to lists of names, services and systems', () => {
  const trace = planTrace(
    [
      planSpan('POST /orders', { id: 'root', took: 10, kind: 'server' }),
      planSpan('SELECT', { id: 'a', parent: 'root', at: 1, kind: 'client', attributes: { 'db.system': 'mysql' } }),
      planSpan('SELECT', { id: 'b', parent: 'root', at: 4, took: 2, service: 'payments', failed: 'no' }),
    ],
    [{ spanId: 'a' }, { spanId: 'a' }, { spanId: 'elsewhere' }],
  );

  const columns = traceColumns(spanTable(trace), trace.logs);

  expect(columns).toEqual({
    startUnixNano: '1700000000000000000',
    extentNanos: 10_000_000,
    names: ['POST /orders', 'SELECT'],
    services: ['orders-api', 'payments'],
    systems: ['mysql'],
    tops: {},
    spans: {
      id: ['root', 'a', 'b'],
      parent: [-1, 0, 0],
      depth: [0, 1, 1],
      name: [0, 1, 1],
      service: [0, 0, 1],
      kind: [2, 3, 1],
      start: [0, 1_000_000, 4_000_000],
      duration: [10_000_000, 1_000_000, 2_000_000],
      status: [0, 0, 2],
      system: [-1, 0, -1],
      logs: [0, 2, 0],
      events: [0, 0, 0],
    },
  });
});

test('a span without a start or an end takes no time, and one that ends before it starts a negative one', () => {
  const trace = planTrace([
    planSpan('root'),
    { ...planSpan('no start', { parent: 'root', at: 1 }), startTimeUnixNano: 0n },
    { ...planSpan('no end', { parent: 'root', at: 2 }), endTimeUnixNano: 0n },
    planSpan('backwards', { parent: 'root', at: 3, took: -2 }),
  ]);

  const { spans, names } = traceColumns(spanTable(trace), []);

  const times = spans.name.map((name, row) => [names[name], spans.start[row], spans.duration[row]]);
  expect(times).toEqual([
    ['root', 0, 1e6],
    ['no start', 0, 0],
    ['no end', 2e6, 0],
    ['backwards', 3e6, -2e6],
  ]);
});

test('columns of a trace of any shape are equally long, and survive JSON', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const columns = traceColumns(spanTable(trace), trace.logs);

      const lengths = Object.values(columns.spans).map(({ length }) => length);
      expect(new Set(lengths)).toEqual(new Set([trace.spans.length]));
      expect(JSON.parse(JSON.stringify(columns))).toEqual(columns);
    }),
  );
});
