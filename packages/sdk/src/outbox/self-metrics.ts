import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_OTEL_COMPONENT_NAME,
  ATTR_OTEL_COMPONENT_TYPE,
  METRIC_OTEL_SDK_EXPORTER_LOG_EXPORTED,
  METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED,
  METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_SIZE,
  METRIC_OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
} from '@opentelemetry/semantic-conventions/incubating';

import type { SignalStatus } from './outbox.ts';

interface Names {
  readonly signal: 'traces' | 'logs';
  readonly exported: string;
  readonly queued: string;
  readonly unit: string;
}

const OBSERVED: readonly Names[] = [
  {
    signal: 'traces',
    exported: METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED,
    queued: METRIC_OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
    unit: '{span}',
  },
  {
    signal: 'logs',
    exported: METRIC_OTEL_SDK_EXPORTER_LOG_EXPORTED,
    queued: METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_SIZE,
    unit: '{log_record}',
  },
];

const OUTBOX: Attributes = { [ATTR_OTEL_COMPONENT_NAME]: 'clew_outbox/0', [ATTR_OTEL_COMPONENT_TYPE]: 'clew_outbox' };

/**
 * Makes metrics of what `status()` tells: what was exported, with `error.type` for what was dropped, and what waits.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
export function observeOutbox(meter: Meter, status: (signal: Names['signal']) => SignalStatus | undefined): void {
  for (const { signal, exported, queued, unit } of OBSERVED) {
    const observe = (tell: (current: SignalStatus, result: ObservableResult) => void) => (result: ObservableResult) => {
      const current = status(signal);
      if (current !== undefined) tell(current, result);
    };
    meter.createObservableCounter(exported, { unit }).addCallback(observe(tellExported));
    meter
      .createObservableUpDownCounter(queued, { unit })
      .addCallback(observe((current, result) => result.observe(current.queued, OUTBOX)));
  }
}

function tellExported({ sent, dropped }: SignalStatus, result: ObservableResult): void {
  result.observe(sent, OUTBOX);
  for (const [cause, count] of Object.entries(dropped)) result.observe(count, { ...OUTBOX, [ATTR_ERROR_TYPE]: cause });
}
