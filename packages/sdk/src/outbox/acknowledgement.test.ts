import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';

import { reportOnce } from '@clew/diagnostics';

import { readProtobufAnswer } from './encoding/protobuf-answer.ts';
import { readAcknowledgement } from './acknowledgement.ts';

vi.mock('@clew/diagnostics', { spy: true });

const URL = 'http://127.0.0.1/v1/traces';
const ALL_TAKEN = { rejected: 0, message: '' };
const json = { readAnswer: (answer: Uint8Array) => JsonTraceSerializer.deserializeResponse(answer) };
const protobuf = { readAnswer: readProtobufAnswer };

test.each(['', '{}', '{"partialSuccess":{}}', 'null', '[]', '{"partialSuccess":null}'])(
  'an answer %j means that all was taken',
  (answer) => {
    expect(readAcknowledgement(Buffer.from(answer), json, URL).rejected).toBe(0);
  },
);

test.each([
  { what: 'a number', answer: '{"partialSuccess":{"rejectedSpans":7,"errorMessage":"no such tenant"}}' },
  {
    what: 'a string, as JSON has 64 bits',
    answer: '{"partialSuccess":{"rejectedSpans":"7","errorMessage":"no such tenant"}}',
  },
])('how many were rejected may be $what', ({ answer }) => {
  const message = `${URL} rejected them: no such tenant`;

  expect(readAcknowledgement(Buffer.from(answer), json, URL)).toEqual({ rejected: 7, message });
});

test('how many were rejected is read from protobuf too', () => {
  const answer = Uint8Array.of(0x0a, 0x02, 0x08, 0x03); // partial_success { rejected_log_records: 3 }

  expect(readAcknowledgement(answer, protobuf, URL)).toEqual({ rejected: 3, message: `${URL} rejected them` });
});

test('an answer that cannot be read means that all was taken, and is told', () => {
  vi.mocked(reportOnce).mockReturnValue();

  expect(readAcknowledgement(Buffer.from('<html>'), protobuf, URL)).toEqual(ALL_TAKEN);

  expect(reportOnce).toHaveBeenCalledOnce();
});

test('whatever is answered, what was rejected can be counted', () => {
  vi.mocked(reportOnce).mockReturnValue();
  const partialSuccess = fc.record(
    { rejectedSpans: fc.jsonValue(), errorMessage: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const answer = fc.oneof(
    fc.json(),
    fc.record({ partialSuccess }).map((each) => JSON.stringify(each)),
    fc.string(),
  );

  fc.assert(
    fc.property(answer, (text) => {
      const { rejected } = readAcknowledgement(Buffer.from(text), json, URL);

      expect(Number.isSafeInteger(rejected) && rejected >= 0).toBe(true);
    }),
  );
});

test('why they were rejected steers no terminal, is short, and shows no header that was sent', () => {
  const errorMessage = `\u001B[2Jtenant of SuperSecretKey123 has no quota${'!'.repeat(3000)}`;
  const answer = Buffer.from(JSON.stringify({ partialSuccess: { rejectedSpans: 1, errorMessage } }));

  const { message } = readAcknowledgement(answer, json, URL, { 'x-team': 'SuperSecretKey123' });

  expect(message).toMatch(/rejected them: \[2Jtenant of REDACTED has no quota!+$/);
  expect(message.length).toBeLessThan(300);
});

test('answers that are odd in ever other ways are one cause', () => {
  vi.mocked(reportOnce).mockReset().mockReturnValue();
  const odd = (text: string) => ({
    readAnswer() {
      throw new Error(text);
    },
  });

  for (const text of ['a', 'b']) readAcknowledgement(Buffer.from('x'), odd(text), URL);

  expect(new Set(vi.mocked(reportOnce).mock.calls.map(([cause]) => cause)).size).toBe(1);
});
