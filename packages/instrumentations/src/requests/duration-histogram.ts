import { ValueType, type Histogram, type Meter } from '@opentelemetry/api';

/** In seconds. @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Creates one of the histograms of durations of HTTP requests, with the unit and the buckets of the conventions. */
export function durationHistogram(meter: Meter, name: string, description: string): Histogram {
  const advice = { explicitBucketBoundaries: BOUNDARIES };
  return meter.createHistogram(name, { description, unit: 's', valueType: ValueType.DOUBLE, advice });
}
