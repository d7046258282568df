import type { Delivered, SignalName } from './create-intake.ts';

/** Answer to a client. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Reason of a refusal, in a sentence. */
  readonly problem?: string;
}

export type Encoding = 'application/x-protobuf' | 'application/json';

const INVALID_ARGUMENT = 3; // google.rpc.Code
/** Units in which rejected records are counted, as OTLP/JSON spells them. */
const UNITS: Readonly<Record<SignalName, string>> = { traces: 'Spans', logs: 'LogRecords', metrics: 'DataPoints' };

/** Everything was stored: an `Export…ServiceResponse` without a partial success. */
export function successAnswer(encoding: Encoding): Answer {
  return { status: 200, contentType: encoding, body: encoding === 'application/json' ? '{}' : new Uint8Array() };
}

/**
 * A part was stored. The response of each signal has the same fields; only their names differ, and only in JSON.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function partialAnswer(encoding: Encoding, signal: SignalName, { rejected, problem }: Delivered): Answer {
  if (encoding === 'application/json') {
    const partialSuccess = { [`rejected${UNITS[signal]}`]: String(rejected), errorMessage: problem };
    return { status: 200, contentType: encoding, body: JSON.stringify({ partialSuccess }) };
  }
  const partialSuccess = Buffer.concat([integerField(1, rejected), textField(2, problem)]);
  return { status: 200, contentType: encoding, body: delimitedField(1, partialSuccess) };
}

/**
 * Nothing was stored: a `google.rpc.Status`.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export function refusalAnswer(encoding: Encoding, status: number, problem: string): Answer {
  const message = `the request ${problem}`;
  const body =
    encoding === 'application/json'
      ? JSON.stringify({ code: INVALID_ARGUMENT, message })
      : Buffer.concat([integerField(1, INVALID_ARGUMENT), textField(2, message)]);
  return { status, contentType: encoding, body, problem: message };
}

export function textAnswer(status: number, text: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n`, problem: text };
}

function integerField(number: number, value: number): Uint8Array {
  return Buffer.from([number << 3, ...varint(value)]);
}

function textField(number: number, text: string): Uint8Array {
  return delimitedField(number, Buffer.from(text));
}

function delimitedField(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}
