import type { Attributes } from './attribute-value.ts';
import type { Resource, Scope } from './resource.ts';

/**
 * One metric with the data points of an export, as far as its last values go: times in nanoseconds since 1970.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
export interface MetricRecord {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** `undefined` for a metric without data. */
  readonly type: MetricType | undefined;
  readonly points: readonly MetricPoint[];
  readonly resource: Resource;
  readonly scope: Scope;
}

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';

/** The last state of a series: a value for a gauge or a sum; a count, and for most a sum, for the other types. */
export interface MetricPoint {
  readonly attributes: Attributes;
  readonly timeUnixNano: bigint;
  /** Integers beyond 2^53 are rounded. */
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number;
  /** Bit 0 says that there is no value: the series has ended. */
  readonly flags: number;
}
