import {
  createContextKey,
  context,
  diag,
  logs,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
  type ProxyTracerProvider,
} from '@opentelemetry/api';
import { startNodeSDK } from '@opentelemetry/sdk-node';

import { installDiagLogger, type LogLevel } from '../otel/diag-logger.ts';
import { guardedTracerProvider } from '../guarded/guarded-tracer-provider.ts';
import type { Pipeline } from './pipeline.ts';

interface Provider {
  forceFlush?(options?: { timeoutMillis: number }): Promise<void>;
  getDelegate?(this: object): Provider;
}

/**
 * Builds and registers the providers that the file named by `OTEL_CONFIG_FILE` describes.
 *
 * The end of the process may have to wait for its exporters for as long as their own timeouts say.
 *
 * @returns undefined when the file starts nothing; where it cannot be used, sdk-node has said why on stderr
 * @see https://opentelemetry.io/docs/specs/otel/configuration/data-model/
 */
export function startDeclarative(logLevel: LogLevel): Pipeline | undefined {
  // It tells losses as `info`, the level that a file has by default.
  installDiagLogger(logLevel === 'warn' ? 'info' : logLevel);
  const sdk = withOwnLogger(() => startNodeSDK());
  if (!hasContextManager()) return undefined;
  guardTracers();
  const providers = [trace.getTracerProvider(), metrics.getMeterProvider(), logs.getLoggerProvider()].map(unwrap);
  let isEnded = false;
  async function flush(timeoutMillis: number): Promise<void> {
    await Promise.allSettled(providers.map(async (provider) => provider.forceFlush?.({ timeoutMillis })));
  }

  return {
    register() {}, // sdk-node has
    flush,
    async end(timeoutMillis) {
      isEnded = true;
      await flush(timeoutMillis);
    },
    hasUnsent: () => !isEnded, // the providers do not tell; they are flushed once
    async shutdown() {
      for (const api of [trace, metrics, logs, context, propagation]) api.disable();
      await sdk.shutdown();
    },
  };
}

/** Keeps our logger while sdk-node starts: its own writes to stdout, and to stderr without our prefix. */
function withOwnLogger<Result>(work: () => Result): Result {
  const { setLogger } = diag;
  diag.setLogger = () => true;
  try {
    return work();
  } finally {
    diag.setLogger = setLogger;
  }
}

/** The API's proxy for traces stands before the provider that was registered. */
function unwrap(provider: object): Provider {
  const { getDelegate } = provider as Provider;
  return getDelegate?.call(provider) ?? provider;
}

/** Has the API hand out guarded tracers: sdk-node registers its own provider, behind one that can be told another. */
function guardTracers(): void {
  const proxy = trace.getTracerProvider() as ProxyTracerProvider;
  proxy.setDelegate(guardedTracerProvider(proxy.getDelegate()));
}

/** Whatever the file holds, a start that worked has registered one. */
function hasContextManager(): boolean {
  const key = createContextKey('clew.declarative');
  return context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true);
}
