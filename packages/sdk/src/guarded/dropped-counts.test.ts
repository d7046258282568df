import type { Tracer, TracerProvider } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as UpstreamProvider,
  type ReadableSpan,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';

import { GUARDED_PROVIDERS } from '../../test/guarded-providers.ts';

const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const nowhere = { context: { ...context, spanId: '' } };
/** Two of them cannot be exported. */
const ATTRIBUTES = { a: 1, date: new Date(), f: () => {}, none: undefined } as never;

type Create = (options: TracerProviderOptions) => TracerProvider;
type Call = (tracer: Tracer) => { end(): void };

const unguarded: Create = (options) => new UpstreamProvider(options);

function recorded(call: Call, options: TracerProviderOptions, create: Create = unguarded): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const provider = create({ ...options, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  call(provider.getTracer('app')).end();
  return exporter.getFinishedSpans()[0] as ReadableSpan;
}

const countsOf = ({ droppedAttributesCount, droppedLinksCount, events, links }: ReadableSpan) => ({
  attributes: droppedAttributesCount,
  links: droppedLinksCount,
  ofEvents: events.map((event) => event.droppedAttributesCount ?? 0),
  ofLinks: links.map((link) => link.droppedAttributesCount ?? 0),
});

const CALLS: readonly (readonly [what: string, call: Call])[] = [
  ['the options of a span', (tracer) => tracer.startSpan('x', { attributes: ATTRIBUTES })],
  ['an empty key', (tracer) => tracer.startSpan('x', { attributes: { '': 1, b: 2 } })],
  ['an event', (tracer) => tracer.startSpan('x').addEvent('a').addEvent('b', ATTRIBUTES).addEvent('c', { a: 1 })],
  ['a link', (tracer) => tracer.startSpan('x').addLink({ context, attributes: ATTRIBUTES })],
  ['links', (tracer) => tracer.startSpan('x').addLinks([{ context }, { context, attributes: ATTRIBUTES }])],
  [
    'links in the options',
    (tracer) => tracer.startSpan('x', { links: [{ context }, { context, attributes: ATTRIBUTES }, { context }] }),
  ],
  [
    'nothing',
    (tracer) => tracer.startSpan('x', { attributes: { a: 1 }, links: [{ context }] }).addEvent('e', { a: 1 }),
  ],
];

const LIMITS: readonly (readonly [title: string, options: TracerProviderOptions])[] = [
  ['', {}],
  [' with limits', { spanLimits: { linkCountLimit: 2, eventCountLimit: 2, attributeCountLimit: 2 } }],
  [' with limits of 0', { spanLimits: { linkCountLimit: 0, eventCountLimit: 0 } }],
];

describe.each(GUARDED_PROVIDERS)('%s', (_, create) => {
  for (const [title, options] of LIMITS) {
    test.each(CALLS)(`as many attributes of %s are counted as dropped as without guards${title}`, (_, call) => {
      expect(countsOf(recorded(call, options, create))).toEqual(countsOf(recorded(call, options)));
    });

    test(`links that lead nowhere are counted${title}`, () => {
      const call: Call = (tracer) =>
        tracer
          .startSpan('x', { links: [nowhere, nowhere] })
          .addLink(nowhere)
          .addLinks([nowhere, nowhere]);

      expect(recorded(call, options, create).droppedLinksCount).toBe(5);
      expect(recorded(call, options, create).links).toEqual([]);
    });
  }
});
