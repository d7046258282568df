import { createNoopMeter, ValueType, type Attributes, type Histogram, type MeterProvider } from '@opentelemetry/api';
import { METRIC_HTTP_CLIENT_REQUEST_DURATION } from '@opentelemetry/semantic-conventions';

/** In seconds. @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Histogram of how long requests take, while there is somebody to measure for. */
export class RequestDuration {
  #histogram: Histogram | undefined;

  get isMeasured(): boolean {
    return this.#histogram !== undefined;
  }

  connect(provider: MeterProvider, name: string, version: string): void {
    const histogram = provider.getMeter(name, version).createHistogram(METRIC_HTTP_CLIENT_REQUEST_DURATION, {
      description: 'Measures the duration of outbound HTTP requests.',
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
    // Without an SDK for metrics the API hands out one and the same, which does nothing.
    this.#histogram = histogram === createNoopMeter().createHistogram('') ? undefined : histogram;
  }

  /** @param startedAt milliseconds, by `performance.now()` */
  record(startedAt: number, attributes: Attributes): void {
    this.#histogram?.record((performance.now() - startedAt) / 1000, attributes);
  }
}
