import { trace } from '@opentelemetry/api';
import { startNodeSDK } from '@opentelemetry/sdk-node';

import type { Pipeline } from './span-pipeline.ts';

interface Flushable {
  forceFlush?(options?: { timeoutMillis: number }): Promise<void>;
  getDelegate?(): Flushable;
}

/**
 * Builds and registers the providers that the file named by `OTEL_CONFIG_FILE` describes. A file that cannot be used is
 * told by sdk-node, and nothing is registered.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/data-model/
 */
export function startDeclarative(): Pipeline {
  const sdk = startNodeSDK();
  const proxy = trace.getTracerProvider() as Flushable;
  const provider = proxy.getDelegate?.() ?? proxy;
  return {
    async flush(timeoutMillis) {
      await Promise.allSettled([provider.forceFlush?.({ timeoutMillis })]);
    },
    abort() {},
    recorded: () => 0, // sdk-node's processors do not tell
    shutdown: () => sdk.shutdown(),
  };
}
