import type { Attributes, Histogram, MeterProvider } from '@opentelemetry/api';
import {
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';

import { durationHistogram } from '../requests/duration-histogram.ts';

/** The two histograms of the conventions, while there is somebody to measure for. */
export class HttpDurations {
  #server: Histogram | undefined;
  #client: Histogram | undefined;

  /** True while somebody wants to know. */
  get areMeasured(): boolean {
    return this.#server !== undefined;
  }

  connect(provider: MeterProvider, name: string, version: string): void {
    const meter = provider.getMeter(name, version);
    const server = durationHistogram(meter, METRIC_HTTP_SERVER_REQUEST_DURATION, 'Duration of HTTP server requests.');
    const client = durationHistogram(meter, METRIC_HTTP_CLIENT_REQUEST_DURATION, 'Duration of HTTP client requests.');
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
