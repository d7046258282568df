import { guard } from '@clew/diagnostics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

const TASK = 'a span processor of the application';

/** A span processor of the application, which throws neither into what starts and ends spans nor into its neighbours. */
export function guardedProcessor(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => guard(TASK, undefined, () => processor.onStart(span, context)),
    onEnding: (span) => guard(TASK, undefined, () => processor.onEnding?.(span)),
    onEnd: (span) => guard(TASK, undefined, () => processor.onEnd(span)),
    forceFlush: async () => processor.forceFlush(),
    shutdown: async () => processor.shutdown(),
  };
}
