import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import { context, propagation, ROOT_CONTEXT, SpanKind, trace, type Attributes, type Span } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { describe, expect, test, vi } from 'vitest';

import { forgetReports } from '@clew/diagnostics';

import { FieldOptionsError } from './field-layout.ts';
import { planFields, type TraceFieldsOptions } from './field-plan.ts';
import { traceFields } from './trace-fields.ts';

test('the fields are those of the active span, with the flags as two hex digits', () => {
  using _recorded = recordSpans();

  trace.getTracer('test').startActiveSpan('work', (span) => {
    const { traceId, spanId } = span.spanContext();
    expect(traceFields()).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '01' });
  });
});

test('each call gives an object of its own', () => {
  using _recorded = recordSpans();

  trace.getTracer('test').startActiveSpan('work', () => {
    expect(traceFields()).not.toBe(traceFields());
  });
});

test('outside a span there are no fields', () => {
  using _recorded = recordSpans();

  expect(traceFields()).toBeUndefined();
});

test('without an SDK there are no fields: its spans have no valid ids', () => {
  trace.getTracer('test').startActiveSpan('noop', () => {
    expect(traceFields()).toBeUndefined();
  });
});

test.each([
  [0x00, '00'],
  [0x01, '01'],
  [0x03, '03'],
  [0xab, 'ab'],
])('flags %i are written %s', (traceFlags, text) => {
  const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags };

  const fields = traceFields({}, trace.setSpanContext(ROOT_CONTEXT, spanContext));

  expect(fields?.['trace_flags']).toBe(text);
});

test('a context can be given', () => {
  using _recorded = recordSpans();
  const span = trace.getTracer('test').startSpan('other');

  const fields = traceFields({}, trace.setSpan(context.active(), span));

  expect(fields?.['span_id']).toBe(span.spanContext().spanId);
});

describe('keys', () => {
  const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const from = trace.setSpanContext(ROOT_CONTEXT, spanContext);

  test.each<[string, TraceFieldsOptions, object]>([
    ['camel', { keys: 'camel' }, { traceId: spanContext.traceId, spanId: spanContext.spanId, traceFlags: '01' }],
    ['ecs', { keys: 'ecs' }, { 'trace.id': spanContext.traceId, 'span.id': spanContext.spanId }],
    [
      'datadog, in decimal and of the trace id its lower half',
      { keys: 'datadog' },
      { 'dd.trace_id': '9532127138774266268', 'dd.span_id': '13235353014750950193' },
    ],
    [
      'gcp',
      { keys: 'gcp', gcpProject: 'shop-42' },
      {
        'logging.googleapis.com/trace': `projects/shop-42/traces/${spanContext.traceId}`,
        'logging.googleapis.com/spanId': spanContext.spanId,
        'logging.googleapis.com/trace_sampled': true,
      },
    ],
    [
      "names of one's own, the rest as OpenTelemetry names it",
      { keys: { traceId: 'trace', traceFlags: false } },
      { trace: spanContext.traceId, span_id: spanContext.spanId },
    ],
  ])('%s', (_name, options, expected) => {
    expect(traceFields(options, from)).toEqual(expected);
  });

  test.each<[string, TraceFieldsOptions, string]>([
    [
      'an unknown preset',
      { keys: 'elastic' as 'ecs' },
      'keys is "elastic", expected snake, camel, ecs, datadog, gcp or an object of names',
    ],
    ['gcp without a project', { keys: 'gcp' }, 'gcpProject'],
    ['a project that is none', { keys: 'gcp', gcpProject: 'a"b' }, 'gcpProject'],
  ])('%s is refused where a plan is made, and in a log call told once', (_name, options, message) => {
    forgetReports();
    const stderr = vi.spyOn(fs, 'writeSync').mockReturnValue(0);
    syncBuiltinESMExports();

    const fields = [traceFields(options, from), traceFields(options, from)];
    const lines = stderr.mock.calls.map(([, line]) => line);
    stderr.mockRestore();
    syncBuiltinESMExports();

    expect(() => planFields(options)).toThrow(FieldOptionsError);
    expect(() => planFields(options)).toThrow(message);
    expect(fields).toEqual([traceFields({}, from), traceFields({}, from)]);
    expect(lines).toEqual([expect.stringContaining(message)]);
  });

  test.each([null, 'snake', 7, { resource: 'service.name' }, { localRoot: 1 }])(
    'whatever it is given, a log call does not throw: %o',
    (options) => {
      expect(() => traceFields(options as never, from)).not.toThrow();
      expect(() => traceFields({}, options as never)).not.toThrow();
    },
  );
});

describe('on request', () => {
  test('the id of the parent is added, where there is one', () => {
    using _recorded = recordSpans();
    const options: TraceFieldsOptions = { parentId: true };

    inSpan('parent', {}, (parent) => {
      expect(traceFields(options)).not.toHaveProperty('parent_id');
      inSpan('child', {}, () => expect(traceFields(options)?.['parent_id']).toBe(parent.spanContext().spanId));
    });
  });

  test('attributes of the resource are added, by their names', () => {
    using _recorded = recordSpans();
    const options: TraceFieldsOptions = { resource: ['telemetry.sdk.language', 'absent'] };

    inSpan('work', {}, () => {
      expect(traceFields(options)).toMatchObject({ 'telemetry.sdk.language': 'nodejs' });
      expect(traceFields(options)).not.toHaveProperty('absent');
    });
  });

  test('none of the resource are while it still is being detected: the SDK complains of each look', () => {
    using _recorded = recordSpans();
    const attributes = vi.fn<() => Attributes>(() => ({ 'service.name': 'shop' }));
    const resource = Object.defineProperty({ asyncAttributesPending: true }, 'attributes', { get: attributes });

    inSpan('work', {}, (span) => {
      Object.assign(span, { resource });
      expect(traceFields({ resource: ['service.name'] })).not.toHaveProperty('service.name');
    });
    expect(attributes).not.toHaveBeenCalled();
  });

  test('the local root gives its name and attributes as they are now', () => {
    using _recorded = recordSpans();
    const options: TraceFieldsOptions = { localRoot: ['http.route', 'user.tier'] };

    inSpan('GET', {}, (root) => {
      expect(traceFields(options)).toMatchObject({ local_root: 'GET' });
      root.updateName('GET /orders/:id').setAttributes({ 'http.route': '/orders/:id', 'user.tier': 'gold' });
      inSpan('query', {}, (span) => {
        noteLocalRoot(span, root);
        expect(traceFields(options)).toMatchObject({
          local_root: 'GET /orders/:id',
          'http.route': '/orders/:id',
          'user.tier': 'gold',
        });
      });
    });
  });

  test('a span whose parent is in another process is its own local root', () => {
    using _recorded = recordSpans();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    context.with(propagation.extract(ROOT_CONTEXT, { traceparent }), () =>
      inSpan('consume', {}, () => expect(traceFields({ localRoot: [] })?.['local_root']).toBe('consume')),
    );
  });

  test('a local root that cannot be told gives nothing', () => {
    using _recorded = recordSpans();

    inSpan('root', {}, () =>
      inSpan('child', {}, () => expect(traceFields({ localRoot: ['http.route'] })).not.toHaveProperty('local_root')),
    );
  });

  test('the id of the message is that of the consumer span, here and below it', () => {
    using _recorded = recordSpans();
    const options: TraceFieldsOptions = { messageId: true };
    const attributes = { 'messaging.message.id': 'm-7' };

    inSpan('process', { kind: SpanKind.CONSUMER, attributes }, (consumer) => {
      expect(traceFields(options)).toMatchObject({ 'messaging.message.id': 'm-7' });
      inSpan('query', {}, (span) => {
        noteLocalRoot(span, consumer);
        expect(traceFields(options)).toMatchObject({ 'messaging.message.id': 'm-7' });
      });
    });
    inSpan('send', { kind: SpanKind.PRODUCER, attributes }, () =>
      expect(traceFields(options)).not.toHaveProperty('messaging.message.id'),
    );
  });

  test('a span that is not recorded has its ids and no more', () => {
    const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0 };
    const options: TraceFieldsOptions = { parentId: true, resource: ['a'], localRoot: ['b'], messageId: true };

    const fields = traceFields(options, trace.setSpanContext(ROOT_CONTEXT, spanContext));

    expect(fields).toEqual({ trace_id: spanContext.traceId, span_id: spanContext.spanId, trace_flags: '00' });
  });
});

function inSpan(name: string, options: { kind?: SpanKind; attributes?: Attributes }, work: (span: Span) => void): void {
  trace.getTracer('test').startActiveSpan(name, options, (span) => {
    work(span);
    span.end();
  });
}

/** As `@clew/spans` does it, for a span processor. */
function noteLocalRoot(span: Span, root: Span): void {
  Object.assign(span, { [Symbol.for('clew.local-root')]: root });
}
