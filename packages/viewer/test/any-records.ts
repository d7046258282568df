import * as fc from 'fast-check';

import { type Attributes, type AttributeValue, createAttributes } from '../src/attribute-value.ts';
import { emptyLog, type LogRecord } from '../src/log-record.ts';
import { emptySpan, type SpanRecord } from '../src/span-record.ts';

const id = (length: number) => fc.stringMatching(new RegExp(`^[1-9a-f]{${length}}$`));
const time = fc.bigInt(0n, 2n ** 64n - 1n);
const count = fc.nat(2 ** 31);

const { anyValue } = fc.letrec<{ anyValue: AttributeValue }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger().map((integer) => integer + 0), // JSON has no negative zero
    fc.double({ noInteger: true }),
    fc.bigInt(2n ** 60n, 2n ** 63n - 1n),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie('anyValue'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('anyValue'), { maxKeys: 3 }),
  ),
}));

const attributes: fc.Arbitrary<Attributes> = fc
  .dictionary(fc.string(), anyValue, { maxKeys: 3 })
  .map((own) => Object.assign(createAttributes(), own));

const source = {
  resource: fc.record({ attributes }),
  scope: fc.record({ name: fc.string(), version: fc.string() }),
};

/** Log records as OTLP/JSON can carry them, in any field. */
export const anyLog: fc.Arbitrary<LogRecord> = fc
  .record(
    {
      traceId: id(32),
      spanId: id(16),
      eventName: fc.string(),
      flags: count,
      timeUnixNano: time,
      observedTimeUnixNano: time,
      severityNumber: fc.nat(24),
      severityText: fc.string(),
      body: anyValue,
      attributes,
      droppedAttributesCount: count,
      ...source,
    },
    { requiredKeys: ['timeUnixNano', 'body', 'attributes', 'resource', 'scope'] },
  )
  .map((own) => ({ ...emptyLog(), ...own }));

const event = fc.record({ timeUnixNano: time, name: fc.string(), attributes, droppedAttributesCount: count });
const link = fc.record(
  { traceId: id(32), spanId: id(16), traceState: fc.string(), flags: count, attributes, droppedAttributesCount: count },
  { requiredKeys: ['traceId', 'spanId', 'attributes', 'droppedAttributesCount'] },
);

/** Spans as OTLP/JSON can carry them, in any field. */
export const anySpan: fc.Arbitrary<SpanRecord> = fc
  .record(
    {
      traceId: id(32),
      spanId: id(16),
      parentSpanId: id(16),
      traceState: fc.string(),
      flags: count,
      name: fc.string(),
      kind: fc.nat(5),
      startTimeUnixNano: time,
      endTimeUnixNano: time,
      attributes,
      droppedAttributesCount: count,
      events: fc.array(event, { maxLength: 2 }),
      droppedEventsCount: count,
      links: fc.array(link, { maxLength: 2 }),
      droppedLinksCount: count,
      status: fc.record({ code: fc.nat(2), message: fc.string() }, { requiredKeys: ['code'] }),
      ...source,
    },
    { requiredKeys: ['traceId', 'spanId', 'name', 'attributes', 'resource', 'scope'] },
  )
  .map((own) => ({ ...emptySpan(), ...own }));
