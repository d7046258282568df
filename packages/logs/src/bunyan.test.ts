import { trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import bunyan, { createLogger, type LoggerOptions } from 'bunyan';
import { expect, test } from 'vitest';

import { correlate } from './bunyan.ts';
import { FieldOptionsError } from './fields/field-layout.ts';

test('a record carries the ids of the span it is written in, and none outside', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger();
  correlate(log);

  const fields = inSpan(() => log.info({ order: 7 }, 'placed'));
  log.info('outside');

  expect(lines()[0]).toMatchObject({ msg: 'placed', order: 7, ...fields });
  expect(lines()[1]).not.toHaveProperty('trace_id');
});

test('streams of text and raw streams get the same record', () => {
  using _recorded = recordSpans();
  const ring = new bunyan.RingBuffer({ limit: 1 });
  const { log, lines } = memoryLogger();
  log.addStream({ type: 'raw', stream: ring });

  const fields = inSpan(() => correlate(log).info('x'));

  expect(lines()).toMatchObject([fields]);
  expect(ring.records).toMatchObject([fields]);
});

test.each([false, true])('children are correlated, and theirs (simple: %s)', (simple) => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger();
  correlate(log);

  const fields = inSpan(() => log.child({ request: 1 }, simple).child({ job: 2 }, simple).info('x'));

  expect(lines()).toMatchObject([{ request: 1, job: 2, ...fields }]);
});

test('a child with an id of its own gets none of ours', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger();
  correlate(log);

  inSpan(() => log.child({ trace_id: 'mine' }).info('x'));

  expect(lines()[0]).toMatchObject({ trace_id: 'mine' });
  expect(lines()[0]).not.toHaveProperty('span_id');
});

test('serializers, levels and what is logged are as they were', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger({ serializers: { order: (id: number) => `#${id}` } });
  const logged = Object.freeze({ order: 7 });
  correlate(log);

  const fields = inSpan(() => {
    log.info(logged, 'seen');
    log.debug('unseen');
    log.error(new Error('broken'));
  });

  expect(lines()).toMatchObject([
    { order: '#7', ...fields },
    { err: { message: 'broken' }, msg: 'broken', ...fields },
  ]);
  expect(log.info()).toBe(true);
  expect(Object.keys(log)).not.toContain('_emit');
});

test('what is logged may be cyclic, have a getter that throws, or be of 10 MB', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger();
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const treacherous = Object.defineProperty({}, 'bad', { enumerable: true, get: () => JSON.parse('not JSON') });
  const message = 'm'.repeat(10_000_000);
  correlate(log);

  const fields = inSpan(() => {
    log.info(cyclic, message);
    expect(() => log.info(treacherous)).toThrow(SyntaxError); // bunyan reads it in the call
  });

  expect(lines()).toMatchObject([{ msg: message, ...fields }]);
});

test('correlating twice is correlating once', () => {
  using _recorded = recordSpans();
  const { log, text } = memoryLogger();

  inSpan(() => correlate(correlate(log)).child({}).info('x'));

  expect(text().match(/"trace_id"/g)).toHaveLength(1);
});

test('fields have the names that are asked for, children too', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger();
  correlate(log, { keys: 'camel' });

  const { trace_id, span_id } = inSpan(() => log.child({}).info('x'));

  expect(lines()).toMatchObject([{ traceId: trace_id, spanId: span_id }]);
});

test('mistaken options are refused where the logger is correlated', () => {
  expect(() => correlate(memoryLogger().log, { keys: 'gcp' })).toThrow(FieldOptionsError);
});

function inSpan(work: () => void) {
  return trace.getTracer('test').startActiveSpan('work', (span) => {
    const { traceId, spanId } = span.spanContext();
    work();
    span.end();
    return { trace_id: traceId, span_id: spanId, trace_flags: '01' };
  });
}

function memoryLogger(options: Partial<LoggerOptions> = {}) {
  const chunks: string[] = [];
  const stream = { write: (chunk: string) => void chunks.push(chunk) } as unknown as NodeJS.WritableStream;
  const log = createLogger({ name: 'test', stream, ...options });
  const text = () => chunks.join('');
  return { log, text, lines: () => chunks.map((chunk) => JSON.parse(chunk) as Record<string, unknown>) };
}
