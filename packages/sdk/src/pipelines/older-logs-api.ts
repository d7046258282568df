import type { LoggerProvider } from '@opentelemetry/api';

/** Where `@opentelemetry/api-logs` keeps its provider, a function of the version that is asked for. */
const KEY: unique symbol = Symbol.for('io.opentelemetry.js.api.logs') as never;
const VERSION = 1;
const shared = globalThis as { [KEY]?: (version: number) => LoggerProvider };

/**
 * Registers a provider for those who log by `@opentelemetry/api-logs`, as libraries and transports did before logs were a
 * part of the API. A provider that is there already stays.
 *
 * @returns takes it back
 */
export function registerWithOlderLogsApi(provider: LoggerProvider): () => void {
  const getter = (version: number) => (version === VERSION ? provider : SILENT);
  shared[KEY] ??= getter;
  return () => {
    if (shared[KEY] === getter) delete shared[KEY];
  };
}

/** For a version that we do not know. */
const SILENT: LoggerProvider = { getLogger: () => ({ emit() {}, enabled: () => false }) };
