import type { Chunk, StoredRecord } from '../queue/chunk.ts';
import type { Batch } from '../queue/record-queue.ts';

/** A batch in the order of an OTLP request: resources, their scopes, and the items of those. */
export interface ResourcePart {
  readonly definition: StoredRecord | undefined;
  readonly scopes: Iterable<ScopePart>;
}

interface ScopePart {
  readonly definition: StoredRecord;
  readonly items: readonly StoredRecord[];
}

interface OpenResource {
  definition: StoredRecord | undefined;
  readonly scopes: Map<number, { definition: StoredRecord; items: StoredRecord[] }>;
}

/** Sorts what is in a batch by thread (each has a resource of its own) and by scope, and keeps the order within. */
export function requestParts({ chunks }: Batch): ResourcePart[] {
  const resources = new Map<number, OpenResource>();
  for (const chunk of chunks) {
    const { threadId } = chunk.run;
    const resource = resources.get(threadId) ?? { definition: undefined, scopes: new Map() };
    resources.set(threadId, resource);
    sortInto(resource, chunk);
  }
  return [...resources.values()].map(({ definition, scopes }) => ({ definition, scopes: scopes.values() }));
}

function sortInto(resource: OpenResource, chunk: Chunk): void {
  for (const record of chunk.records()) {
    if (record.kind === 'resource') resource.definition = record;
    else if (record.kind === 'item') resource.scopes.get(record.id)?.items.push(record);
    else if (!resource.scopes.has(record.id)) resource.scopes.set(record.id, { definition: record, items: [] });
  }
}
