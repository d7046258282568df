import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
  type ISerializer,
} from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { itemsOf, logRecords, spans } from '../../../test/arbitrary-records.ts';
import { openSignal, requestOf } from '../../../test/open-signal.ts';
import { serializeStrictly } from './strict-numbers.ts';
import { createArena } from '../queue/arena.ts';
import { openChunk } from '../queue/chunk.ts';
import { logFormat } from './log-format.ts';
import type { SignalFormat } from './signal-format.ts';
import type { SignalOutbox } from '../signal-outbox.ts';
import { jsonSpanFormat } from './json-span-format.ts';
import { spanFormat } from './span-format.ts';

type Item = ReadableSpan | ReadableLogRecord;

interface Oracle {
  readonly name: string;
  readonly format: SignalFormat<never>;
  readonly items: fc.Arbitrary<Item[]>;
  readonly serializer: Pick<ISerializer<never[], unknown>, 'serializeRequest'>;
  /** Reads the part of a request that must be equal in two requests. */
  read(request: Uint8Array): unknown;
}

/** Field 2 of `ResourceSpans` and `ResourceLogs`. */
const SCOPES = 0x12;

const oracles: readonly Oracle[] = [
  {
    name: 'spans in protobuf',
    format: spanFormat(),
    items: itemsOf(spans()),
    serializer: ProtobufTraceSerializer,
    read: protobuf,
  },
  {
    name: 'log records in protobuf',
    format: logFormat('http/protobuf'),
    items: itemsOf(logRecords()),
    serializer: ProtobufLogsSerializer,
    read: protobuf,
  },
  {
    name: 'spans in JSON',
    format: jsonSpanFormat(),
    items: itemsOf(spans()),
    serializer: JsonTraceSerializer,
    read: json,
  },
  {
    name: 'log records in JSON',
    format: logFormat('http/json'),
    items: itemsOf(logRecords()),
    serializer: JsonLogsSerializer,
    read: json,
  },
];

describe.each(oracles)('a request with $name is the one that OpenTelemetry writes', (oracle) => {
  test('whatever is in it', () => {
    fc.assert(
      fc.property(oracle.items, (items) => {
        const outbox = openSignal(oracle.format, { resource: resourceOf(items) });

        addAll(outbox, items);

        expect(oracle.read(requestOf(outbox))).toEqual(upstream(oracle, items));
      }),
      { numRuns: 25 },
    );
  });

  test('when it is of two threads, each with its own resource and scopes', () => {
    fc.assert(
      fc.property(oracle.items, oracle.items, (items, others) => {
        const arena = createArena(2 ** 24);
        const outbox = openSignal(oracle.format, { resource: resourceOf(items), arena });
        const other = openSignal(oracle.format, { resource: resourceOf(others), arena, threadId: 7 });

        addAll(outbox, items);
        addAll(other, others);
        for (const run of arena.takenBy((thread) => thread === 7)) outbox.adopt(openChunk(run));

        expect(oracle.read(requestOf(outbox))).toEqual(upstream(oracle, [...items, ...others]));
      }),
      { numRuns: 25 },
    );
  });
});

function addAll(outbox: SignalOutbox<never>, items: readonly Item[]): void {
  for (const item of items) outbox.add(item as never);
  expect(outbox.account.dropped).toEqual({});
}

function upstream({ serializer, read }: Oracle, items: readonly Item[]): unknown {
  const serialize = (all: readonly Item[]) => serializer.serializeRequest(all as never[]) as Uint8Array;
  return read(read === json ? serializeStrictly(items, serialize) : serialize(items));
}

function json(request: Uint8Array): unknown {
  return JSON.parse(Buffer.from(request).toString());
}

/** Resources, the scopes in them and what is in those, each sorted by field: their order means nothing. */
function protobuf(request: Uint8Array): unknown {
  return fieldsOf(Buffer.from(request)).map(([, inResource]) => {
    return fieldsOf(inResource).map(([tag, content]) => {
      if (tag !== SCOPES) return content.toString('hex');
      return fieldsOf(content).map(([, inScope]) => inScope.toString('hex'));
    });
  });
}

/** The fields of a message that has none but delimited ones, of small numbers. */
function fieldsOf(message: Buffer): [tag: number, content: Buffer][] {
  const fields: [number, Buffer][] = [];
  for (let at = 0; at < message.length;) {
    const tag = message.readUInt8(at++);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message.readUInt8(at++);
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    fields.push([tag, message.subarray(at, (at += length))]);
  }
  return fields.toSorted(([one], [other]) => one - other);
}

const resourceOf = ([first]: readonly Item[]): Resource => (first as Item).resource;
