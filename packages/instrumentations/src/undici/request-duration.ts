import { createNoopMeter, type Attributes, type Histogram, type MeterProvider } from '@opentelemetry/api';
import { METRIC_HTTP_CLIENT_REQUEST_DURATION } from '@opentelemetry/semantic-conventions';

import { durationHistogram } from '../requests/duration-histogram.ts';

/** Histogram of how long requests take, while there is somebody to measure for. */
export class RequestDuration {
  #histogram: Histogram | undefined;

  get isMeasured(): boolean {
    return this.#histogram !== undefined;
  }

  connect(provider: MeterProvider, name: string, version: string): void {
    const description = 'Measures the duration of outbound HTTP requests.';
    const histogram = durationHistogram(
      provider.getMeter(name, version),
      METRIC_HTTP_CLIENT_REQUEST_DURATION,
      description,
    );
    // Without an SDK for metrics the API hands out one and the same, which does nothing.
    this.#histogram = histogram === createNoopMeter().createHistogram('') ? undefined : histogram;
  }

  /** @param startedAt milliseconds, by `performance.now()` */
  record(startedAt: number, attributes: Attributes): void {
    this.#histogram?.record((performance.now() - startedAt) / 1000, attributes);
  }
}
