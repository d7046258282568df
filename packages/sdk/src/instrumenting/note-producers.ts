import {
  SpanKind,
  type Attributes,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

import { LIBRARY_TABLE } from './library-table.ts';
import { noteTarget } from '../propagation/target-notes.ts';

/** Names of the instrumentations of the catalogue that inject into messages, as each has its own. */
export const PRODUCERS: ReadonlySet<string> = new Set(
  LIBRARY_TABLE.filter(({ sendsMessages }) => sendsMessages).map(
    ({ name }) => `@opentelemetry/instrumentation-${name}`,
  ),
);

/** The same provider, which notes for each producer span the queue that it is for, also where nothing is recorded. */
export function noteProducers(provider: TracerProvider): TracerProvider {
  return { getTracer: (...scope) => notingTracer(provider.getTracer(...scope)) };
}

function notingTracer(tracer: Tracer): Tracer {
  const startSpan: Tracer['startSpan'] = (name, options, context) => {
    const span = tracer.startSpan(name, options, context);
    if (options?.kind === SpanKind.PRODUCER) note(span, options);
    return span;
  };
  return Object.assign(Object.create(tracer) as Tracer, { startSpan });
}

function note(span: Span, { attributes = {} }: SpanOptions): void {
  const destination = textOf(attributes, 'messaging.destination.name');
  noteTarget(span, { kind: 'message', system: textOf(attributes, 'messaging.system'), destination });
}

function textOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : '';
}
