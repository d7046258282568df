import { compileSearch, type Search } from '../reading/compile-search.ts';
import { cutText } from '../reading/cut-text.ts';
import { type ErrorOrigin, errorOrigins } from '../reading/error-origins.ts';
import { logsBySpan } from '../reading/logs-by-span.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import { cut, printableStart } from '../terminal/printable.ts';
import type { ErrorEntry, ErrorListAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { inTurns } from './in-turns.ts';
import { readColumns } from './read-columns.ts';
import { jsonReply, textReply } from './reply.ts';
import type { Query } from './read-query.ts';
import type { Route } from './route.ts';
import { fieldTerms, readSearchTerms } from './trace-filter.ts';

const MAX_ENTRIES = 200;
const MAX_TEXT = 2000; // characters

/** `GET /api/errors` and `GET /api/errors.txt`: where errors began, the newest first. */
export function errorRoutes(context: ApiContext): Route[] {
  const parameters = ['service', 'q'];
  return [
    {
      method: 'GET',
      path: '/api/errors',
      parameters,
      async answer({ query, signal }) {
        const { entries, omitted } = await inTurns(groupErrors(context, readSearch(query)), signal);
        return jsonReply<ErrorListAnswer>({ errors: entries, ...(omitted > 0 && { omitted }) });
      },
    },
    {
      method: 'GET',
      path: '/api/errors.txt',
      parameters: [...parameters, 'columns'],
      async answer({ query, signal }) {
        const columns = readColumns(query);
        const { entries, omitted } = await inTurns(groupErrors(context, readSearch(query)), signal);
        const lines = entries.map((entry) => lineOf(entry, columns));
        return textReply([...lines, ...(omitted > 0 ? [`… ${omitted} more`] : [])].join('\n'));
      },
    },
  ];
}

/** The filters are about the spans where errors began. */
function readSearch(query: Query): Search {
  return compileSearch([...fieldTerms(query, ['service']), ...readSearchTerms(query)]);
}

/** An entry while it is counted. */
interface Group {
  latest: ErrorOrigin;
  count: number;
}

function* groupErrors(
  { store, index }: ApiContext,
  search: Search,
): Generator<undefined, { readonly entries: ErrorEntry[]; readonly omitted: number }> {
  const groups = new Map<string, Group>();
  for (const { traceId } of index.entries()) {
    const trace = store.trace(traceId);
    const origins = errorOrigins(trace?.spans ?? []);
    const logs = logsBySpan(origins.length === 0 ? [] : (trace?.logs ?? []));
    for (const origin of origins) {
      const { span, text } = origin;
      if (!search.matchSpan(span, logs.get(span.spanId) ?? [])) continue;
      const key = JSON.stringify([text, serviceName(span.resource), span.name]);
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, { latest: origin, count: 1 });
        continue;
      }
      group.count += 1;
      if (span.endTimeUnixNano >= group.latest.span.endTimeUnixNano) group.latest = origin;
    }
    yield;
  }
  const newestFirst = [...groups.values()].sort(({ latest: a }, { latest: b }) => {
    const [end, other] = [a.span.endTimeUnixNano, b.span.endTimeUnixNano];
    return end > other ? -1 : Number(end < other);
  });
  const entries = newestFirst.slice(0, MAX_ENTRIES).map(entryOf);
  return { entries, omitted: newestFirst.length - entries.length };
}

function entryOf({ latest: { span, text }, count }: Group): ErrorEntry {
  return {
    text: cutText(text, MAX_TEXT),
    service: serviceName(span.resource),
    name: cutText(spanLabel(span), MAX_TEXT),
    count,
    traceId: span.traceId,
    spanId: span.spanId,
    timeUnixNano: String(span.endTimeUnixNano),
  };
}

/** `✖ × 3  payments  POST /charge  Error: card declined  94a4c0de…`, the id whole: it leads to the trace. */
function lineOf({ count, service, name, text, traceId }: ErrorEntry, columns: number): string {
  const times = count === 1 ? [] : [`× ${count}`];
  const facts = [...times, ...[service, name, text].map(printableStart)].join('  ');
  return `✖ ${cut(facts, columns - traceId.length - 4)}  ${traceId}`;
}
