import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

import { spanTree } from './span-tree.ts';

/** The spans of one test. Leaving its `using` block unregisters everything. */
export interface RecordedSpans extends Disposable {
  /** The spans that were started since the recording began and have ended, in the order they ended. */
  readonly spans: readonly ReadableSpan[];
  /** The one ended span of this name. Throws an error that lists the names there are if it is none or several. */
  named(name: string): ReadableSpan;
  /**
   * All started spans as text, one per line: children indented below their parent and in the order they started,
   * ` !message` after a span with error status, ` (open)` after one that has not ended.
   */
  tree(): string;
  /** Forgets what was recorded so far; spans still open are not recorded when they end. */
  clear(): void;
}

/** `recordSpans` was called while another recording, or an SDK, is registered with the OpenTelemetry API. */
export class AlreadyRecordingError extends Error {
  override readonly name = 'AlreadyRecordingError';

  constructor(what: string) {
    super(
      `recordSpans: another ${what} is registered; dispose the other recording, or do not start an SDK in this test`,
    );
  }
}

interface Recording {
  readonly started: Set<ReadableSpan>;
  readonly ended: ReadableSpan[];
}

/** One provider and what it records into now. */
interface Recorder {
  readonly provider: TracerProvider;
  current: Recording | undefined;
}

// A tracer that a module took at its top level stays with the first provider it met, for good. One provider for all
// recordings of a process, and for all copies of this module, lets every later test see that module's spans too.
const RECORDER = Symbol.for('clew.testing.recorder');
const shared = globalThis as { [RECORDER]?: Recorder };

/**
 * Records every span of this process in memory until it is disposed, with a real tracer provider, an
 * `AsyncLocalStorage` context manager and the W3C propagators registered globally.
 *
 * @throws {AlreadyRecordingError} if something else is registered with the OpenTelemetry API
 * @example
 * using recorded = recordSpans();
 * await checkout();
 * expect(recorded.tree()).toBe('checkout\n  payment.charge !card declined');
 */
export function recordSpans(): RecordedSpans {
  const recorder = (shared[RECORDER] ??= createRecorder());
  register(recorder.provider);
  const recording: Recording = { started: new Set(), ended: [] };
  recorder.current = recording;
  const { started, ended } = recording;
  return {
    spans: ended,
    named: (name) => onlyOne(ended, name),
    tree: () => spanTree(Array.from(started, toTreeSpan)),
    clear() {
      started.clear();
      ended.length = 0;
    },
    [Symbol.dispose]() {
      if (recorder.current !== recording) return; // disposed before
      recorder.current = undefined;
      unregister();
    },
  };
}

function createRecorder(): Recorder {
  const processor: SpanProcessor = {
    onStart: (span) => void recorder.current?.started.add(span),
    onEnd(span) {
      if (recorder.current?.started.has(span)) recorder.current.ended.push(span);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const recorder: Recorder = { provider: new TracerProvider({ spanProcessors: [processor] }), current: undefined };
  return recorder;
}

function register(provider: TracerProvider): void {
  if (!trace.setGlobalTracerProvider(provider)) throw new AlreadyRecordingError('tracer provider');
  if (!context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())) {
    trace.disable();
    throw new AlreadyRecordingError('context manager');
  }
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  if (!propagation.setGlobalPropagator(new CompositePropagator({ propagators }))) {
    trace.disable();
    context.disable();
    throw new AlreadyRecordingError('propagator');
  }
}

function unregister(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

function onlyOne(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const [span, ...more] = spans.filter((each) => each.name === name);
  if (span !== undefined && more.length === 0) return span;
  const count = span === undefined ? 'no span' : `${more.length + 1} spans`;
  const names = spans.map((each) => JSON.stringify(each.name)).join(', ') || 'none';
  throw new Error(`${count} named ${JSON.stringify(name)}; ended spans: ${names}`);
}

function toTreeSpan(span: ReadableSpan) {
  const failed = span.status.code === SpanStatusCode.ERROR;
  return {
    name: span.name,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    error: failed ? (span.status.message ?? '') : undefined,
    open: !span.ended,
  };
}
