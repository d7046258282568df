import { serviceName } from '../resource.ts';
import { SPAN_KIND, type SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';

const SYSTEM_KEYS = ['db.system.name', 'db.system', 'messaging.system'];

/** The database that a client span talks to, e.g. `postgresql`, by the current or the older attribute. */
export function databaseSystem(span: SpanRecord): string | undefined {
  return textAttribute(span, ['db.system.name', 'db.system']);
}

/** The database or queue that a span calls, e.g. `postgresql`; `undefined` for spans that call neither. */
export function calledSystem(span: Pick<SpanRecord, 'kind' | 'attributes'>): string | undefined {
  if (span.kind !== SPAN_KIND.client && span.kind !== SPAN_KIND.producer) return undefined;
  return textAttribute(span, SYSTEM_KEYS);
}

/** The services of a trace in the order of their first span, then the databases and queues they talked to. */
export function involved(trace: Trace): string[] {
  const inOrder = trace.spans.toSorted((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));
  const services = inOrder.map(({ resource }) => serviceName(resource));
  const systems = inOrder.flatMap((span) => calledSystem(span) ?? []);
  return [...new Set([...services, ...systems])];
}

function textAttribute(span: Pick<SpanRecord, 'attributes'>, keys: readonly string[]): string | undefined {
  const { attributes } = span; // decoded with each read
  return keys.map((key) => attributes[key]).find((value) => typeof value === 'string');
}
