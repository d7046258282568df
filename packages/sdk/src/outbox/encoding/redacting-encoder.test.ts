import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { spans } from '../../../test/arbitrary-records.ts';
import { spanWith } from '../../../test/span-with.ts';
import { DEFAULTS } from '../../options/options.ts';
import { redactOrWithhold } from '../../redaction/redact-spans.ts';
import { createRedactor } from '../../redaction/redactor.ts';
import { createProtobufWriter } from './protobuf-writer.ts';
import { RecordTooLargeError } from './record-too-large-error.ts';
import { encodeSpan, redactingEncoder } from './span-encoder.ts';

function bytesOf(span: ReadableSpan, encode: (span: ReadableSpan, writer: Writer) => void): string {
  const writer = createProtobufWriter(2 ** 20);
  encode(span, writer);
  return writer.buffer.toString('base64', 0, writer.position);
}

type Writer = ReturnType<typeof createProtobufWriter>;

/** The bytes, the redaction before them. */
function redactedFirst(span: ReadableSpan, redactor: ReturnType<typeof createRedactor>): string {
  return bytesOf(span, (each, writer) => {
    redactOrWithhold(each, redactor);
    encodeSpan(each, writer);
  });
}

const withCopies = (span: ReadableSpan): ReadableSpan => ({
  ...span,
  attributes: { ...span.attributes },
  status: { ...span.status },
  events: span.events.map((event) => ({ ...event, attributes: { ...event.attributes } })),
  links: span.links.map((link) => ({ ...link, attributes: { ...link.attributes } })),
});

test('a span that is redacted as it is encoded has the bytes, and is then, what redaction before it makes of it', () => {
  const redactor = createRedactor(DEFAULTS.redact);
  const encode = redactingEncoder(redactor); // remembers from span to span
  const few: fc.Arbitrary<Attributes> = fc.dictionary(
    fc.constantFrom('http.route', 'url.path', 'url.query', 'password', 'text', 'port'),
    fc.constantFrom<Attributes[string]>('GET', '/x?token=abc', 'Bearer abcdefgh', 7, '7', true, ['a?token=b'], null),
  );

  fc.assert(
    fc.property(fc.array(fc.tuple(spans(), few), { maxLength: 4 }), (drawn) => {
      for (const [span, attributes] of drawn) {
        const one = withCopies({ ...span, attributes: { ...span.attributes, ...attributes } });
        const other = withCopies(one);

        expect(bytesOf(one, encode)).toBe(redactedFirst(other, redactor));
        expect(one.attributes).toEqual(other.attributes);
      }
    }),
    { numRuns: 60 },
  );
});

test('a text is redacted from the moment that it is known as a secret', () => {
  const secrets = new Set<string>();
  const encode = redactingEncoder(createRedactor(DEFAULTS.redact, secrets));
  const span = () => spanWith({ attributes: { text: 'open sesame' } });
  const before = span();
  const after = span();

  for (let i = 0; i < 3; i++) bytesOf(span(), encode);
  bytesOf(before, encode);
  secrets.add('open sesame');
  bytesOf(after, encode);

  expect([before.attributes, after.attributes]).toEqual([{ text: 'open sesame' }, { text: 'REDACTED' }]);
});

test('a function of the application is asked about each text', () => {
  let asked = 0;
  const encode = redactingEncoder(
    createRedactor({ ...DEFAULTS.redact, value: (name) => (name === 'text' ? void (asked += 1) : undefined) }),
  );

  for (let i = 0; i < 3; i++) bytesOf(spanWith({ attributes: { text: 'same' } }), encode);

  expect(asked).toBe(3);
});

test('a span that is too large is redacted all the same, for those who read it after its encoder', () => {
  const encode = redactingEncoder(createRedactor(DEFAULTS.redact));
  const span = spanWith({ attributes: { large: 'x'.repeat(2 ** 20), password: 'secret' } });

  expect(() => bytesOf(span, encode)).toThrow(RecordTooLargeError);
  expect(span.attributes['password']).toBe('REDACTED');
});

test('a span that cannot be redacted goes out empty', () => {
  const redactor = createRedactor(DEFAULTS.redact);
  const failing = {
    ...redactor,
    value: () => {
      throw new Error('failed');
    },
  };
  const span = spanWith({ name: 'work', attributes: { password: 'secret' } });

  const bytes = bytesOf(span, redactingEncoder(failing));

  expect(span).toMatchObject({ name: 'REDACTED', attributes: {} });
  expect(bytes).toBe(bytesOf(spanWith({ name: 'REDACTED' }), encodeSpan));
});
