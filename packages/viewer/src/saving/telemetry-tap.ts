import type { LogRecord } from '../log-record.ts';
import type { SpanRecord } from '../span-record.ts';
import type { Store } from '../store/create-store.ts';

/** Hears all telemetry as it comes, before a store chooses what it keeps of it. Must not throw. */
export interface TelemetryTap {
  spans(spans: readonly SpanRecord[]): void;
  logs(logs: readonly LogRecord[]): void;
}

/** The store as whoever fills it sees it: the tap hears first. */
export function tapped(store: Store, tap: TelemetryTap | undefined): Store {
  if (tap === undefined) return store;
  return {
    ...store,
    addSpans(spans) {
      tap.spans(spans);
      return store.addSpans(spans);
    },
    addLogs(logs) {
      tap.logs(logs);
      return store.addLogs(logs);
    },
  };
}
