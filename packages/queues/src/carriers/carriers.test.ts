import { anything, array, assert, constant, dictionary, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { amqpHeaders } from './amqp-headers.ts';
import { awsAttributes } from './aws-attributes.ts';
import { awsTraceHeader } from './aws-trace-header.ts';
import type { Carrier } from './carrier.ts';
import { cloudEvent } from './cloud-event.ts';
import { jsonField } from './json-field.ts';
import { natsHeaders, type NatsHeaders } from './nats-headers.ts';
import { snsEnvelope } from './sns-envelope.ts';
import { textMap } from './text-map.ts';
import { within } from './within.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OBJECT_CARRIERS: Readonly<Record<string, Carrier<never>>> = {
  textMap: textMap as Carrier<never>,
  amqpHeaders: amqpHeaders as Carrier<never>,
  awsAttributes: awsAttributes as Carrier<never>,
  'within(headers, textMap)': within('headers', textMap) as Carrier<never>,
};

describe.each(Object.entries(OBJECT_CARRIERS))('%s', (_, carrier) => {
  test('gives back what it was given, whatever else is there, and changes nothing', () => {
    const fields = dictionary(string(), anything());
    assert(
      property(fields, dictionary(string({ minLength: 1 }), string(), { minKeys: 1 }), (message, added) => {
        const before = Object.entries(message);
        const copy = carrier.set(Object.freeze(message) as never, added);

        expect(copy).not.toBe(message);
        expect(Object.entries(message)).toEqual(before);
        for (const [name, value] of Object.entries(added)) {
          expect(carrier.get(copy, name)).toBe(value);
          expect(carrier.keys(copy)).toContain(name);
        }
      }),
    );
  });
});

test.each([
  ...Object.entries(OBJECT_CARRIERS),
  ['awsTraceHeader', awsTraceHeader],
  ['jsonField', jsonField()],
  ['snsEnvelope', snsEnvelope],
] as [string, Carrier<never>][])('%s never throws, whatever the message is', (_, carrier) => {
  const nothing = constant(null);
  const odd = oneof(
    anything({ withBigInt: true, withDate: true, withTypedArray: true }),
    nothing.map(() => hostile()),
    nothing.map(() => ({ boxed: () => new Proxy({}, revoked()) })),
  );
  assert(
    property(odd, string(), (given, name) => {
      const message = isBoxed(given) ? given.boxed() : given;
      const value = carrier.get(message as never, name);
      expect(value === undefined || typeof value === 'string').toBe(true);
      expect(Array.isArray(carrier.keys(message as never))).toBe(true);
      if (carrier.isBare?.(message as never) === true)
        expect([value, carrier.keys(message as never)]).toEqual([undefined, []]);
      carrier.room?.(message as never);
    }),
  );
});

test('bytes are read as text, and of several values the first', () => {
  assert(
    property(string(), array(uint8Array()), (text, others) => {
      expect(textMap.get({ a: Buffer.from(text) }, 'a')).toBe(Buffer.from(text).toString());
      expect(textMap.get({ a: [Buffer.from(text), ...others] }, 'a')).toBe(Buffer.from(text).toString());
    }),
  );
});

test('what is too long for a trace field is none', () => {
  expect(textMap.get({ a: 'x'.repeat(65_537) }, 'a')).toBeUndefined();
  expect(textMap.get({ a: Buffer.alloc(65_537) }, 'a')).toBeUndefined();
});

test('a field that nobody can look at is none', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  expect(textMap.get({ traceparent: proxy }, 'traceparent')).toBeUndefined();
  expect(textMap.get({ traceparent: [proxy] }, 'traceparent')).toBeUndefined();
});

test('a field that is only inherited is none', () => {
  expect(textMap.get(Object.create({ traceparent: TRACEPARENT }) as object as never, 'traceparent')).toBeUndefined();
});

test('headers of AMQP tell how much more the table takes', () => {
  const room = (headers: Record<string, unknown>) => amqpHeaders.room?.(headers).bytes ?? 0;

  expect(room({})).toBeGreaterThan(60_000);
  expect(room({ a: 'x'.repeat(60_000) })).toBeLessThan(6_000);
  expect(room({ a: { b: [{ c: 'x'.repeat(70_000) }] } })).toBeLessThan(0);
});

test('SQS has room for ten attributes', () => {
  const eight = Object.fromEntries(
    Array.from({ length: 8 }, (_, n) => [`a${n}`, { DataType: 'String', StringValue: 'x' }]),
  );

  expect(awsAttributes.room?.(eight).fields).toBe(2);
});

test('attributes of a Lambda event are read, whose members have small letters', () => {
  expect(awsAttributes.get({ traceparent: { stringValue: TRACEPARENT, dataType: 'String' } }, 'traceparent')).toBe(
    TRACEPARENT,
  );
});

test('AWSTraceHeader carries a traceparent in the format of X-Ray, and back', () => {
  const attributes = awsTraceHeader.set({}, { traceparent: TRACEPARENT, tracestate: 'a=b' });

  expect(attributes).toEqual({
    AWSTraceHeader: {
      DataType: 'String',
      StringValue: 'Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1',
    },
  });
  expect(awsTraceHeader.get(attributes, 'traceparent')).toBe(TRACEPARENT);
  expect(
    awsTraceHeader.get(
      { AWSTraceHeader: 'Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331' },
      'traceparent',
    ),
  ).toBe(TRACEPARENT.replace(/01$/, '00'));
});

test('the envelope of SNS is read, and every other body is left alone', () => {
  const body = JSON.stringify({
    Type: 'Notification',
    TopicArn: 'arn:aws:sns:eu-west-1:1:orders',
    MessageAttributes: { traceparent: { Type: 'String', Value: TRACEPARENT } },
  });

  expect(snsEnvelope.get(body, 'traceparent')).toBe(TRACEPARENT);
  expect(snsEnvelope.get(body.replace('Notification', 'Other'), 'traceparent')).toBeUndefined();
  expect(snsEnvelope.set(body, { traceparent: 'x' })).toBe(body);
});

test('a JSON body carries fields in a member of its own, and one that is no object is left alone', () => {
  const carrier = jsonField();

  expect(carrier.set('{"a":1}', { traceparent: TRACEPARENT })).toBe(`{"a":1,"_otel":{"traceparent":"${TRACEPARENT}"}}`);
  expect(carrier.get(carrier.set('{"a":1}', { traceparent: TRACEPARENT }), 'traceparent')).toBe(TRACEPARENT);
  for (const body of ['[1]', 'null', '{', 'text', ''])
    expect(carrier.set(body, { traceparent: TRACEPARENT })).toBe(body);
});

test('nothing else in a JSON body changes, not even a number that JavaScript cannot hold', () => {
  const carrier = jsonField();
  const written = '{ "id": 12345678901234567890, "a": [1.0, "x"] }\n';

  const body = carrier.set(written, { traceparent: TRACEPARENT });

  expect(body).toBe(written.replace(' }\n', ` ,"_otel":{"traceparent":"${TRACEPARENT}"}}\n`));
  expect(carrier.get(body, 'traceparent')).toBe(TRACEPARENT);
  expect(carrier.set(body, { traceparent: 'other' })).toBe(body); // to write the member anew would round the number
  expect(carrier.set('{}', { a: 'b' })).toBe('{"_otel":{"a":"b"}}');
  expect(carrier.set('{"_otel":{"a":"b"},"c":1}', { d: 'e' })).toBe('{"_otel":{"a":"b","d":"e"},"c":1}');
});

test('headers of NATS are copied with all their values', () => {
  const carrier = natsHeaders(fakeHeaders);
  const given = fakeHeaders();
  given.append('a', '1');
  given.append('a', '2');

  const copy = carrier.set(given, { traceparent: TRACEPARENT });

  expect([...(copy ?? [])]).toEqual([
    ['a', ['1', '2']],
    ['traceparent', [TRACEPARENT]],
  ]);
  expect([...given]).toEqual([['a', ['1', '2']]]);
  expect(carrier.get(copy, 'traceparent')).toBe(TRACEPARENT);
  expect(carrier.get(undefined, 'traceparent')).toBeUndefined();
});

test.each<[string, () => { headers: object; value: string }]>([
  ['frozen', () => Object.freeze({ value: 'a', headers: Object.freeze({ id: '7' }) })],
  ['inherited', () => Object.create({ value: 'a', headers: { id: '7' } }) as { headers: object; value: string }],
  ['of a class', () => new Order('7')],
])('a message that is %s is copied with everything that is read of it', (_, make) => {
  const message = make();

  const copy = within('headers', textMap).set(message, { traceparent: TRACEPARENT }) as typeof message;

  expect(copy.value).toBe('a');
  expect(copy.headers).toEqual({ id: '7', traceparent: TRACEPARENT });
  expect(message.headers).toEqual({ id: '7' });
});

class Order {
  readonly #id: string;
  readonly value = 'a';

  constructor(id: string) {
    this.#id = id;
  }

  get headers() {
    return { id: this.#id };
  }
}

test('a CloudEvent is read by the prefix of its binding', () => {
  for (const prefix of ['ce_', 'ce-', 'cloudEvents:', 'cloudEvents_']) {
    expect(cloudEvent(textMap).get({ [`${prefix}traceparent`]: TRACEPARENT }, 'traceparent')).toBe(TRACEPARENT);
  }
  expect(cloudEvent(textMap).get({ traceparent: TRACEPARENT }, 'traceparent')).toBeUndefined();
});

/** The shape of `MsgHdrs`; the real one is in the tests with a real broker. */
function fakeHeaders(): NatsHeaders {
  const values = new Map<string, string[]>();
  return {
    get: (name) => values.get(name)?.[0] ?? '',
    set: (name, value) => void values.set(name, [value]),
    append: (name, value) => void values.set(name, [...(values.get(name) ?? []), value]),
    keys: () => [...values.keys()],
    [Symbol.iterator]: () => values[Symbol.iterator](),
  };
}

/** fast-check would look into the object itself. */
function isBoxed(value: unknown): value is { boxed(): object } {
  return typeof value === 'object' && value !== null && 'boxed' in value && typeof value.boxed === 'function';
}

function hostile(): object {
  return Object.defineProperty({}, 'traceparent', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
}

function revoked(): ProxyHandler<object> {
  const fail = () => {
    throw new Error('no');
  };
  return { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, has: fail };
}
