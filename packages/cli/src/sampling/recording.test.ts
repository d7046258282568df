import { emptySpan, type SpanRecord } from '@clew/viewer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createRecording, type Recording } from './recording.ts';

const ids = fc.constantFrom('1', '2', '3', '4', '5', '6');
const records = fc.array(
  fc.record({
    spanId: ids,
    parent: fc.option(ids),
    service: fc.constantFrom('a', 'b'),
    start: fc.nat(50),
    length: fc.nat(50),
  }),
);

test('whatever the parents are, circles too, no span starts before its parent or ends before it starts', () => {
  fc.assert(
    fc.property(records, (given) => {
      const { spans } = recordingOf(
        given.map(({ parent, ...rest }) => recordOf({ ...rest, ...(parent !== null && { parentSpanId: parent }) })),
      );

      for (const span of spans) {
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        if (span.parent === undefined) continue;
        expect(span.start).toBeGreaterThanOrEqual(span.parent.start);
        expect(span.depth).toBe(span.parent.depth + 1);
      }
    }),
  );
});

test('a parent in another process, in no process of the file, or said to be remote makes a local root', () => {
  const { spans } = recordingOf([
    recordOf({ spanId: '1' }),
    recordOf({ spanId: '2', parentSpanId: '1' }),
    recordOf({ spanId: '3', parentSpanId: '1', service: 'b' }),
    recordOf({ spanId: '4', parentSpanId: '9' }),
    recordOf({ spanId: '5', parentSpanId: '1', flags: 0x301 }),
  ]);

  expect(spans.filter(({ isLocalRoot }) => isLocalRoot).map(({ spanId }) => spanId)).toEqual(['1', '3', '4', '5']);
});

test('spans that stand in the file twice, or have no id or time, are counted', () => {
  const { spans, repeated, unusable } = recordingOf([
    recordOf({ spanId: '1' }),
    recordOf({ spanId: '1' }),
    recordOf({ spanId: '' }),
    { ...recordOf({ spanId: '2' }), endTimeUnixNano: 0n },
  ]);

  expect({ spans: spans.length, repeated, unusable }).toEqual({ spans: 1, repeated: 1, unusable: 2 });
});

test('it takes spans until the memory is used up', () => {
  const builder = createRecording({ wanted: new Set(), maxBytes: 20_000 });

  let taken = 0;
  while (builder.add([recordOf({ spanId: String(taken) })])) taken += 1;

  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThan(20);
  expect(builder.finish().isFull).toBe(true);
});

test('of very many processes, those of one service share a trace table', () => {
  const { processes } = recordingOf(
    Array.from({ length: 500 }, (_, i) => ({
      ...recordOf({ spanId: String(i + 1) }),
      resource: { attributes: { 'service.name': `s${i % 3}`, 'process.pid': i } },
    })),
  );

  expect(processes.length).toBe(100);
});

function recordingOf(given: readonly SpanRecord[]): Recording {
  const builder = createRecording({ wanted: new Set(), maxBytes: 2 ** 30 });
  builder.add(given);
  return builder.finish();
}

interface RecordOf {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service?: string;
  readonly start?: number;
  readonly length?: number;
  readonly flags?: number;
}

function recordOf({ service = 'a', start = 0, length = 1, ...rest }: RecordOf): SpanRecord {
  const startTimeUnixNano = BigInt(1000 + start) * 1_000_000n;
  const endTimeUnixNano = startTimeUnixNano + BigInt(length) * 1_000_000n;
  const resource = { attributes: { 'service.name': service } };
  return { ...emptySpan(), traceId: 't', ...rest, startTimeUnixNano, endTimeUnixNano, resource };
}
