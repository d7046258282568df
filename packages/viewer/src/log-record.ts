import { type AttributeValue, type Attributes, createAttributes } from './attribute-value.ts';
import { emptyResource, type Resource, type Scope } from './resource.ts';

/**
 * One log record as OTLP has it: ids in lowercase hex, times in nanoseconds since 1970.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export interface LogRecord {
  readonly traceId?: string;
  readonly spanId?: string;
  /** When it happened; 0 when the sender did not say. */
  readonly timeUnixNano: bigint;
  /** When it was collected; 0 when the sender did not say. */
  readonly observedTimeUnixNano: bigint;
  /** 1 to 24; 0 when the sender did not say. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly eventName?: string;
  readonly flags?: number;
  readonly resource: Resource;
  readonly scope: Scope;
}

/** A log record with nothing in it: what a decoder starts from. */
export function emptyLog(): LogRecord {
  return {
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body: null,
    attributes: createAttributes(),
    droppedAttributesCount: 0,
    resource: emptyResource(),
    scope: { name: '', version: '' },
  };
}
