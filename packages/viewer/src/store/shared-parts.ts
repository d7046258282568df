import type { Resource, Scope } from '../resource.ts';
import { resourceSize, scopeSize } from './record-size.ts';
import type { Share, TraceShelf } from './trace-shelf.ts';

/**
 * The resources and scopes of the stored records. All records of a batch share theirs, across traces, so they count once:
 * for the service that was the first to have them, as long as it has traces.
 */
export interface SharedParts {
  /** Bytes that keeping the record's resource and scope would add to the store. */
  cost(record: WithParts): number;
  /** Keeps them for one more record of a service. @returns the number of this pair, for `of` and `release` */
  keep(record: WithParts, service: string): number;
  of(pair: number): WithParts;
  /** Gives them up for one record. */
  release(pair: number): void;
  /** Resources of the records, each once for each scope that it stands beside. */
  resources(): Iterable<Resource>;
  clear(): void;
}

/** Anything with a resource and a scope. */
export interface WithParts {
  readonly resource: Resource;
  readonly scope: Scope;
}
type Part = Resource | Scope;
interface Holding {
  readonly share: Share;
  readonly bytes: number;
  pairs: number;
}
interface Pair extends WithParts {
  readonly number: number;
  records: number;
  /** Another pair with the same scope. */
  other: Pair | undefined;
}

/** Bytes that are noted here about a part. */
const NOTED_BYTES = 160;

// oxlint-disable-next-line max-lines-per-function -- its functions close over the parts; none is long
export function createSharedParts(shelf: Pick<TraceShelf, 'chargeShared' | 'unchargeShared'>): SharedParts {
  const holdings = new Map<Part, Holding>();
  const byScope = new Map<Scope, Pair>(); // decoders make a scope for each resource it stands below
  const pairs: (Pair | undefined)[] = [];
  const freeNumbers: number[] = [];
  let latest: Pair | undefined; // the records of a batch come together

  function pairOf({ resource, scope }: WithParts): Pair | undefined {
    if (latest?.resource === resource && latest.scope === scope) return latest;
    let pair = byScope.get(scope);
    while (pair !== undefined && pair.resource !== resource) pair = pair.other;
    latest = pair;
    return pair;
  }

  function hold(part: Part, bytes: number, service: string): void {
    const known = holdings.get(part);
    if (known !== undefined) known.pairs += 1;
    else holdings.set(part, { share: shelf.chargeShared(service, bytes), bytes, pairs: 1 });
  }

  function letGo(part: Part): void {
    const holding = holdings.get(part);
    if (holding === undefined) return;
    holding.pairs -= 1;
    if (holding.pairs > 0) return;
    shelf.unchargeShared(holding.share, holding.bytes);
    holdings.delete(part);
  }

  function newPair({ resource, scope }: WithParts, service: string): Pair {
    hold(resource, bytesOfResource(resource), service);
    hold(scope, bytesOfScope(scope), service);
    const number = freeNumbers.pop() ?? pairs.length;
    const pair: Pair = { resource, scope, number, records: 0, other: byScope.get(scope) };
    pairs[number] = pair;
    byScope.set(scope, pair);
    return pair;
  }

  function forget(gone: Pair): void {
    const { resource, scope, number, other } = gone;
    let before = byScope.get(scope);
    if (before === gone && other === undefined) byScope.delete(scope);
    else if (before === gone && other !== undefined) byScope.set(scope, other);
    else while (before !== undefined && before.other !== gone) before = before.other;
    if (before !== undefined && before !== gone) before.other = other;
    pairs[number] = undefined;
    freeNumbers.push(number);
    latest = undefined;
    letGo(resource);
    letGo(scope);
  }

  return {
    cost(record) {
      if (pairOf(record) !== undefined) return 0;
      const { resource, scope } = record;
      const ofResource = holdings.has(resource) ? 0 : bytesOfResource(resource);
      return ofResource + (holdings.has(scope) ? 0 : bytesOfScope(scope));
    },
    keep(record, service) {
      const pair = pairOf(record) ?? newPair(record, service);
      pair.records += 1;
      latest = pair;
      return pair.number;
    },
    of(number) {
      const pair = pairs[number];
      if (pair === undefined) throw new RangeError(`no record has the parts ${number}`);
      return pair;
    },
    release(number) {
      const pair = pairs[number];
      if (pair === undefined) return;
      pair.records -= 1;
      if (pair.records === 0) forget(pair);
    },
    *resources() {
      for (const pair of pairs) if (pair !== undefined) yield pair.resource;
    },
    clear() {
      holdings.clear();
      byScope.clear();
      [pairs.length, freeNumbers.length] = [0, 0];
      latest = undefined;
    },
  };
}

const bytesOfResource = (resource: Resource) => NOTED_BYTES + resourceSize(resource);
const bytesOfScope = (scope: Scope) => NOTED_BYTES + scopeSize(scope);
