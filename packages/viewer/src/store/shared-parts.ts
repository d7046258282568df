import type { Resource, Scope } from '../resource.ts';
import { resourceSize, scopeSize } from './record-size.ts';
import type { StoredTrace, TraceShelf } from './trace-shelf.ts';

/**
 * The resources and scopes of the stored records. All records of a batch share theirs, across traces: a trace that has
 * one pays for it, and when that trace goes, another that has it pays.
 */
export interface SharedParts {
  /** Bytes that keeping the record's resource and scope in the trace would add to the store. */
  cost(record: WithParts): number;
  /** Keeps them for the trace; `cost` is then already charged. */
  keep(record: WithParts, trace: StoredTrace): void;
  /** Gives up what the trace, which has left the shelf, had. */
  release(trace: StoredTrace): void;
  clear(): void;
}

interface WithParts {
  readonly resource: Resource;
  readonly scope: Scope;
}
type Part = Resource | Scope;
interface Holding {
  readonly bytes: number;
  /** The first one pays. */
  readonly traces: Set<StoredTrace>;
}

/** A part that takes less is paid for by each record: to keep book of it would take as much. */
const SHARED_FROM_BYTES = 256;

export function createSharedParts(shelf: TraceShelf): SharedParts {
  const holdings = new Map<Part, Holding>();

  function costOf<T extends Part>(part: T, size: (part: T) => number): number {
    return holdings.has(part) ? 0 : size(part);
  }

  function keepPart(part: Part, bytes: number, trace: StoredTrace): void {
    const holding = holdings.get(part);
    if (holding === undefined && bytes < SHARED_FROM_BYTES) return;
    if (holding === undefined) holdings.set(part, { bytes, traces: new Set([trace]) });
    else holding.traces.add(trace);
    trace.shared.add(part);
  }

  return {
    cost: ({ resource, scope }) => costOf(resource, resourceSize) + costOf(scope, scopeSize),
    keep({ resource, scope }, trace) {
      keepPart(resource, costOf(resource, resourceSize), trace);
      keepPart(scope, costOf(scope, scopeSize), trace);
    },
    release(trace) {
      for (const part of trace.shared) {
        const { bytes, traces } = holdings.get(part) ?? { bytes: 0, traces: new Set<StoredTrace>() };
        const [payer] = traces;
        traces.delete(trace);
        const [heir] = traces;
        if (heir === undefined) holdings.delete(part);
        else if (payer === trace) shelf.charge(heir, { spans: 0, bytes });
      }
      trace.shared.clear();
    },
    clear: () => holdings.clear(),
  };
}
