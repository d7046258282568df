import { ValueType, type Attributes, type Histogram, type MeterProvider } from '@opentelemetry/api';
import {
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';

/** In seconds. @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The two histograms of the conventions, while there is somebody to measure for. */
export class HttpDurations {
  #server: Histogram | undefined;
  #client: Histogram | undefined;

  /** Whether anybody wants to know. */
  get areMeasured(): boolean {
    return this.#server !== undefined;
  }

  connect(provider: MeterProvider, name: string, version: string): void {
    const meter = provider.getMeter(name, version);
    const histogram = (metric: string, description: string) => {
      const advice = { explicitBucketBoundaries: BOUNDARIES };
      return meter.createHistogram(metric, { description, unit: 's', valueType: ValueType.DOUBLE, advice });
    };
    const server = histogram(METRIC_HTTP_SERVER_REQUEST_DURATION, 'Duration of HTTP server requests.');
    const client = histogram(METRIC_HTTP_CLIENT_REQUEST_DURATION, 'Duration of HTTP client requests.');
    const isNoop = server === client; // without an SDK for metrics the API hands out one that does nothing
    this.#server = isNoop ? undefined : server;
    this.#client = isNoop ? undefined : client;
  }

  /** @param startedAt milliseconds, by `performance.now()` */
  recordServer(startedAt: number, attributes: Attributes): void {
    this.#server?.record((performance.now() - startedAt) / 1000, attributes);
  }

  /** @param startedAt milliseconds, by `performance.now()` */
  recordClient(startedAt: number, attributes: Attributes): void {
    this.#client?.record((performance.now() - startedAt) / 1000, attributes);
  }
}
