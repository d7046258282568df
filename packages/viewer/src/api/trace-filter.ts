import { compileSearch, type Search } from '../reading/compile-search.ts';
import { type Field, parseSearch, type SearchTerm } from '../reading/parse-search.ts';
import type { TraceSummary } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import type { Query } from './read-query.ts';

/** Which traces a request is about. */
export interface TraceFilter {
  /** Only traces that changed after this change. */
  readonly since: number;
  /** Absent when every trace is meant. */
  readonly search?: Search;
}

/** Parameters that `readTraceFilter` reads. */
export const TRACE_FILTERS: readonly string[] = [
  'service',
  'name',
  'route',
  'error',
  'min',
  'max',
  'attr.<key>',
  'since',
  'q',
];

/** Reads the filters of a request: all of them must hold. */
export function readTraceFilter(query: Query): TraceFilter {
  const since = query.integer('since', 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const terms = [...filterTerms(query), ...readSearchTerms(query)];
  return terms.length === 0 ? { since } : { since, search: compileSearch(terms) };
}

/** Tells if a trace is here and matches the search of a filter. Without a search, the trace itself is not looked at. */
export function* matchesSearch(
  { search }: TraceFilter,
  traceId: string,
  { store }: Pick<ApiContext, 'store'>,
  summarize: () => TraceSummary | undefined,
): Generator<undefined, boolean> {
  if (search === undefined) return store.has(traceId);
  const trace = store.trace(traceId);
  return trace !== undefined && (yield* search.matchTrace(trace, summarize));
}

/** Reads the parameter `q`; no terms without it. */
export function readSearchTerms(query: Query): SearchTerm[] {
  const terms = parseSearch(query.text('q') ?? '');
  if (terms === undefined) throw new ApiRefusal(400, 'q: expected at most 1,000 characters and 30 terms');
  return terms;
}

/** Reads parameters that have the names of fields. */
export function fieldTerms(query: Query, fields: readonly Field[]): SearchTerm[] {
  return fields.flatMap((field) =>
    query
      .all(field)
      .map((value): SearchTerm => ({ negated: false, what: 'field', field, pattern: value.toLowerCase() })),
  );
}

function filterTerms(query: Query): SearchTerm[] {
  const terms = fieldTerms(query, ['service', 'name', 'route']);
  const negated = false;
  for (const [key, pattern] of query.under('attr.')) {
    terms.push({ negated, what: 'attribute', key, pattern, exact: true });
  }
  const error = query.flag('error');
  if (error !== undefined) terms.push({ negated: !error, what: 'error' });
  const [min, max] = [query.duration('min'), query.duration('max')];
  if (min !== undefined) terms.push({ negated, what: 'duration', compare: '>=', nanos: min });
  if (max !== undefined) terms.push({ negated, what: 'duration', compare: '<=', nanos: max });
  return terms;
}
