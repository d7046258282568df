import { readProperty, reportOnce } from '@clew/diagnostics';
import { parseTracestate } from '@clew/trace-context';
import type { Link, SpanContext, TraceState } from '@opentelemetry/api';

import { toTraceState } from '../../otel/trace-state.ts';
import { noteLeftOut } from './left-out.ts';
import { usableAttributes } from './usable-attributes.ts';

/** Each message of a batch may be linked; the SDK keeps 128 by default. */
const MAX_LINKS = 1000;
const TRACE_ID = /^[\da-f]{32}$/i;
const SPAN_ID = /^[\da-f]{16}$/i;

/** The links that can be exported, the first 1,000 at most. What is left out is said. */
export function usableLinks(links: unknown): Link[] | undefined {
  if (links === undefined) return undefined;
  const usable: Link[] = [];
  let unusable = 0;
  try {
    let count = 0;
    for (const link of links as Iterable<unknown>) {
      if (++count > MAX_LINKS) {
        reportOnce('too many links', `more than ${MAX_LINKS} links added at once; keeping the first ${MAX_LINKS}`);
        break;
      }
      const each = usableLink(link);
      if (each === undefined) unusable += 1;
      else usable.push(each);
    }
  } catch {
    reportOnce('links', 'expected a list of links; keeping those that can be read');
  }
  noteLeftOut(usable, unusable);
  return usable;
}

/** A link that can be exported, as a copy; `undefined`, which is said, where it leads to no span. */
export function usableLink(link: unknown): Link | undefined {
  const context = spanContextOf(readProperty(link, 'context'));
  if (context === undefined) {
    reportOnce('a link', 'expected a link with a valid span context; ignored');
    return undefined;
  }
  const attributes = usableAttributes(readProperty(link, 'attributes'));
  return attributes === undefined ? { context } : { context, attributes };
}

function spanContextOf(given: unknown): SpanContext | undefined {
  const traceId = readProperty(given, 'traceId');
  const spanId = readProperty(given, 'spanId');
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
  const flags = readProperty(given, 'traceFlags');
  const traceState = traceStateOf(readProperty(given, 'traceState'));
  return {
    traceId,
    spanId,
    traceFlags: typeof flags === 'number' ? flags : 0,
    isRemote: readProperty(given, 'isRemote') === true,
    ...(traceState !== undefined && { traceState }),
  };
}

function traceStateOf(given: unknown): TraceState | undefined {
  if (given === undefined) return undefined;
  try {
    const members = parseTracestate((given as TraceState).serialize());
    return members === undefined || members.length === 0 ? undefined : toTraceState(members);
  } catch {
    return undefined;
  }
}
