import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, IMetricReader } from '@opentelemetry/sdk-metrics';

import type { ResolvedOptions } from '../options/options.ts';

/** Serves `/metrics` at the host and port of `options`; a scrape waits until the resource is complete. */
export class PrometheusReader extends PrometheusExporter {
  readonly #resource: Resource;

  constructor(options: ResolvedOptions['prometheus'], resource: Resource) {
    super(options);
    this.#resource = resource;
  }

  override async collect(options?: Parameters<IMetricReader['collect']>[0]): Promise<CollectionResult> {
    await this.#resource.waitForAsyncAttributes?.();
    return super.collect(options);
  }
}
