import * as compiled from '@clew/spans';
import { context, ROOT_CONTEXT, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { localRoot, noteLocalRoot } from './local-root.ts';
import { span } from './span.ts';
import { startSpan } from './start-span.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

const REMOTE = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

test('there is no local root outside every span, nor where only a remote one is active', () => {
  expect(localRoot()).toBeUndefined();
  expect(context.with(REMOTE, localRoot)).toBeUndefined();
});

test('the local root is found from any depth', () => {
  span('request', (request) =>
    span('service', () =>
      span('query', () => {
        expect(localRoot()).toBe(request);
        localRoot()?.setAttribute('user.tier', 'gold');
      }),
    ),
  );

  expect(recorded.named('request').attributes).toEqual({ 'user.tier': 'gold' });
});

test('a span that continues a remote trace is its local root', () => {
  context.with(REMOTE, () => span('request', (request) => span('query', () => expect(localRoot()).toBe(request))));

  expect(recorded.named('request').parentSpanContext?.isRemote).toBe(true);
});

test('a span with a trace of its own is its local root', () => {
  span('request', () => span('detached', (detached) => expect(localRoot()).toBe(detached), { root: true }));

  expect(recorded.spans).toHaveLength(2);
});

test('the entry span of another instrumentation is the local root of our spans below it', () => {
  startActive('GET /', (request) => {
    expect(localRoot()).toBe(request);
    span('service', () => span('query', () => expect(localRoot()).toBe(request)));
  });

  expect(recorded.tree()).toBe('GET /\n  service\n    query');
});

test('what cannot be told is not guessed: deeper than one span of another instrumentation', () => {
  startActive('GET /', () =>
    startActive('middleware', () => {
      expect(localRoot()).toBeUndefined();
      span('service', () => expect(localRoot()).toBeUndefined());
    }),
  );

  expect(recorded.spans).toHaveLength(3);
});

test('a span processor that notes each span makes the local root known below all of them', () => {
  startActive('GET /', (request) =>
    startActive('middleware', () => span('service', () => expect(localRoot()).toBe(request))),
  );

  expect(recorded.spans).toHaveLength(3);

  function startActive(name: string, work: (span: Span) => void) {
    const parent = context.active();
    const started = trace.getTracer('http').startSpan(name, {}, parent);
    noteLocalRoot(started, parent);
    context.with(trace.setSpan(parent, started), work, undefined, started);
    started.end();
  }
});

test('two copies of the module know the same local roots', () => {
  span('request', (request) => span('service', () => expect(compiled.localRoot()).toBe(request)));

  expect(compiled.localRoot).not.toBe(localRoot);
});

test('a span that is started for using knows its local root', () => {
  span('request', (request) => {
    using step = startSpan('step');
    context.with(trace.setSpan(context.active(), step), () => expect(localRoot()).toBe(request));
  });

  expect(recorded.tree()).toBe('request\n  step');
});

function startActive(name: string, work: (span: Span) => void): void {
  trace.getTracer('http').startActiveSpan(name, (started) => {
    work(started);
    started.end();
  });
}
