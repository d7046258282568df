import { askGuarded, runGuarded } from '@clew/diagnostics';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';

const TASK = 'a log record processor of the application';

/** A log record processor of the application, which throws neither into what logs nor into its neighbours. */
export function guardedLogProcessor(processor: LogRecordProcessor): LogRecordProcessor {
  return {
    onEmit: (record, context) => runGuarded(TASK, () => processor.onEmit(record, context)),
    forceFlush: async (options) => processor.forceFlush(options),
    shutdown: async () => processor.shutdown(),
    ...(processor.enabled !== undefined && {
      enabled: (options) =>
        askGuarded(
          TASK,
          isBoolean,
          () => true,
          () => processor.enabled?.(options),
        ),
    }),
  };
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
