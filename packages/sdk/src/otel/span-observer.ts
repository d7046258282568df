import type { SpanProcessor } from '@opentelemetry/sdk-trace';

/** A span processor that only looks at spans or notes something on them, and so has nothing to flush. */
export function spanObserver(hooks: Partial<Pick<SpanProcessor, 'onStart' | 'onEnding' | 'onEnd'>>): SpanProcessor {
  return {
    onStart() {},
    onEnd() {},
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    ...hooks,
  };
}
