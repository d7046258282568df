import { runGuarded } from '@clew/diagnostics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

const TASK = 'a span processor of the application';

/** A span processor of the application, which throws neither into what starts and ends spans nor into its neighbours. */
export function guardedProcessor(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => runGuarded(TASK, () => processor.onStart(span, context)),
    onEnding: (span) => runGuarded(TASK, () => processor.onEnding?.(span)),
    onEnd: (span) => runGuarded(TASK, () => processor.onEnd(span)),
    forceFlush: async () => processor.forceFlush(),
    shutdown: async () => processor.shutdown(),
  };
}
