import type { SpanColumns, TraceAnswer } from '../api/answers.ts';
import { serviceName } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';
import { type Trace, traceExtent } from '../trace.ts';
import { cutText } from './cut-text.ts';
import { calledSystem } from './peer-systems.ts';
import { spanLabel } from './span-label.ts';
import type { SpanTable } from './span-table.ts';

/** The spans of a trace as columns, and the lists that the columns refer to. */
export type TraceColumns = Pick<
  TraceAnswer,
  'startUnixNano' | 'extentNanos' | 'names' | 'services' | 'systems' | 'spans' | 'tops'
>;

const MAX_NAME = 2000; // characters

/** The rows of a trace as columns. A span that names no start begins with the trace; one without an end takes no time. */
export function traceColumns(table: SpanTable, logs: Trace['logs']): TraceColumns {
  const { spans, parents, depths, tops } = table;
  const { start, end } = traceExtent({ spans });
  const logsBySpan = countBySpan(logs);
  const names = createNames();
  const services = createNames();
  const systems = createNames();
  const described = spans.map(({ name, kind, attributes }) => ({
    label: cutText(spanLabel({ name, kind, attributes }), MAX_NAME),
    system: calledSystem({ kind, attributes }),
  }));
  const columns: SpanColumns = {
    id: spans.map(({ spanId }) => spanId),
    parent: parents,
    depth: depths,
    name: described.map(({ label }) => names.indexOf(label)),
    service: spans.map(({ resource }) => services.indexOf(serviceName(resource))),
    kind: spans.map(({ kind }) => kind),
    start: spans.map(({ startTimeUnixNano }) => (startTimeUnixNano === 0n ? 0 : Number(startTimeUnixNano - start))),
    duration: spans.map(signedDuration),
    status: spans.map(({ status }) => status.code),
    system: described.map(({ system }) => systems.indexOf(system)),
    logs: spans.map(({ spanId }) => logsBySpan.get(spanId) ?? 0),
    events: spans.map(({ events }) => events.length),
  };
  return {
    startUnixNano: String(start),
    extentNanos: Number(end - start),
    names: names.list,
    services: services.list,
    systems: systems.list,
    spans: columns,
    tops,
  };
}

/** Negative for a span that ended before it started. */
function signedDuration({ startTimeUnixNano, endTimeUnixNano }: SpanRecord): number {
  if (startTimeUnixNano === 0n || endTimeUnixNano === 0n) return 0;
  return Number(endTimeUnixNano - startTimeUnixNano);
}

function countBySpan(logs: Trace['logs']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { spanId } of logs) if (spanId !== undefined) counts.set(spanId, (counts.get(spanId) ?? 0) + 1);
  return counts;
}

/** A list of different names in the order of their first use. */
function createNames() {
  const list: string[] = [];
  const indexes = new Map<string, number>();
  return {
    list,
    indexOf(name: string | undefined): number {
      if (name === undefined) return -1;
      const known = indexes.get(name);
      if (known !== undefined) return known;
      indexes.set(name, list.length);
      return list.push(name) - 1;
    },
  };
}
