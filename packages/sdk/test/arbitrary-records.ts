import { createTraceState, type Attributes, type HrTime } from '@opentelemetry/api';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';

import { spanWith } from './span-with.ts';

const REQUIRED_OF_LOGS = [
  'hrTime',
  'hrTimeObserved',
  'resource',
  'instrumentationScope',
  'attributes',
  'droppedAttributesCount',
] satisfies (keyof ReadableLogRecord)[];

export function spans(): fc.Arbitrary<ReadableSpan> {
  const fields = {
    name: text(),
    kind: fc.nat(4),
    spanContext: fc.func(context()),
    startTime: time(),
    endTime: time(),
    status: fc.record({ code: fc.nat(2), message: text() }, { requiredKeys: ['code'] }),
    attributes: attributes(),
    links: few(
      fc.record(
        { context: context(), attributes: attributes(), droppedAttributesCount: count() },
        { requiredKeys: ['context'] },
      ),
    ),
    events: few(
      fc.record(
        { name: text(), time: time(), attributes: attributes(), droppedAttributesCount: count() },
        { requiredKeys: ['name', 'time'] },
      ),
    ),
    resource: resource(),
    instrumentationScope: scope(),
    droppedAttributesCount: count(),
    droppedEventsCount: count(),
    droppedLinksCount: count(),
    parentSpanContext: context(),
  };
  return fc.record(fields, { requiredKeys: [] }).map(spanWith);
}

export function logRecords(): fc.Arbitrary<ReadableLogRecord> {
  return fc.record(
    {
      hrTime: time(),
      hrTimeObserved: time(),
      spanContext: context(),
      severityText: text(),
      severityNumber: fc.nat(24),
      body: value(),
      eventName: text(),
      resource: resource(),
      instrumentationScope: scope(),
      attributes: attributes(),
      droppedAttributesCount: count(),
    },
    { requiredKeys: REQUIRED_OF_LOGS },
  );
}

/** Items of up to three scopes, in one resource. */
export function itemsOf<Item extends ReadableSpan | ReadableLogRecord>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  const distinct = ['a', 'b', 'c'].map((first) => scope().map((each) => ({ ...each, name: first + each.name })));
  const placed = fc.array(fc.tuple(item, fc.nat(2)), { minLength: 1, maxLength: 5 });
  return fc.tuple(fc.tuple(...distinct), resource(), placed).map(([scopes, ofAll, items]) => {
    return items.map(([each, which]) => ({ ...each, resource: ofAll, instrumentationScope: scopes[which] }));
  });
}

function context() {
  const member = fc.stringMatching(/^[a-z]{1,9}=[!-+.-<>-~]{1,20}$/);
  const traceState = fc.array(member, { maxLength: 3 }).map((members) => createTraceState(members.join(',')));
  return fc.record(
    {
      traceId: fc.stringMatching(/^[\da-f]{32}$|^[\dA-F]{32}$/),
      spanId: fc.stringMatching(/^[\da-f]{16}$/),
      traceFlags: fc.nat(255),
      isRemote: fc.boolean(),
      traceState,
    },
    { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
  );
}

/** Those of spans have no attributes, but OpenTelemetry would write them. */
function scope() {
  return fc.record(
    {
      name: text(),
      version: text(),
      schemaUrl: text(),
      attributes: fc.dictionary(text(), text(), { maxKeys: 2 }),
      droppedAttributesCount: count(),
    },
    { requiredKeys: ['name'] },
  );
}

function resource(): fc.Arbitrary<Resource> {
  const simple = fc.oneof(text(), number(), fc.boolean(), fc.array(text()));
  return fc
    .tuple(fc.dictionary(text(), simple), text())
    .map(([all, schemaUrl]) => resourceFromAttributes(all, { schemaUrl }));
}

function attributes(): fc.Arbitrary<Attributes> {
  return fc.dictionary(text(), value(), { maxKeys: 12 });
}

function value(): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(
    null,
    undefined,
    7n,
    Symbol('odd'),
    Object,
    new Date(0),
    new Map([[1, 2]]),
    Object.create({ a: 1 }),
    new Float64Array(2),
  );
  const bytes = fc.uint8Array({ maxLength: 300 });
  const leaf = fc.oneof(
    text(),
    number(),
    fc.boolean(),
    bytes,
    bytes.map((each) => Buffer.from(each)),
    odd,
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('any')), fc.dictionary(text(), tie('any'))),
  }));
  return any;
}

function text(): fc.Arbitrary<string> {
  const units = fc.array(fc.nat(0xffff), { maxLength: 200 }); // halves of surrogate pairs among them
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    units.map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('http.request.method', '__proto__', 'toString', ''),
  );
}

function number(): fc.Arbitrary<number> {
  const edges = [7, 14, 21, 28, 31, 32, 35, 53, 63, 64].map((bits) => 2 ** bits);
  const near = fc.tuple(fc.constantFrom(...edges), fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 1));
  return fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    near.map(([edge, offset, sign]) => sign * (edge + offset)),
    fc.constantFrom(-0, -(2 ** 63) - 2048, 2 ** 63 - 1024),
  );
}

/** As far as 64 bits of nanoseconds go, and not always in the form that the SDK gives them. */
function time(): fc.Arbitrary<HrTime> {
  const usual = fc.tuple(fc.nat(18_446_744_072), fc.nat(999_999_999));
  const unusual = fc.tuple(fc.integer({ min: 9, max: 18_446_744_060 }), fc.integer({ min: -9e9, max: 9e9 }));
  return fc.oneof(usual, unusual);
}

const count = () => fc.oneof(fc.nat(3), fc.nat(0xffff_ffff));
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
