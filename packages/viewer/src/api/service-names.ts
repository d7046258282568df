import type { LogRecord } from '../log-record.ts';
import { type Resource, serviceName } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';
import type { Store } from '../store/create-store.ts';

const MAX_NAMES = 200;

/** Collects the names of the services that sent something, in the order of their first record; at most 200. */
export function collectServiceNames(store: Store): () => string[] {
  const names = new Set<string>();
  let last: Resource | undefined;
  const add = (records: readonly (SpanRecord | LogRecord)[]) => {
    for (const { resource } of records) {
      if (resource === last) continue; // records of a batch share theirs
      last = resource;
      if (names.size < MAX_NAMES) names.add(serviceName(resource));
    }
  };
  store.subscribe({
    spansAdded: add,
    logsAdded: add,
    cleared() {
      names.clear();
      last = undefined;
    },
  });
  return () => [...names];
}
