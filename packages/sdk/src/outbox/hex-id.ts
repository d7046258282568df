import { type ProtobufWriter, writeBytes } from './protobuf-writer.ts';

const NO_DIGIT = 0xff;
/** The values of hexadecimal digits by their character codes. */
const DIGITS = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? NO_DIGIT : digit;
});

// Filled and read in one go; a second copy of this module has its own.
const traceIdBytes = new Uint8Array(16);
const spanIdBytes = new Uint8Array(8);

export function isTraceId(id: unknown): boolean {
  return typeof id === 'string' && /^[\da-f]{32}$/i.test(id);
}

export function isSpanId(id: unknown): boolean {
  return typeof id === 'string' && /^[\da-f]{16}$/i.test(id);
}

/** Writes the bytes of a trace id. @throws a `TypeError` unless it is 32 hexadecimal digits */
export function writeTraceId(writer: ProtobufWriter, tag: number, id: string): void {
  fillWithHex(traceIdBytes, id);
  writeBytes(writer, tag, traceIdBytes);
}

/** Writes the bytes of a span id. @throws a `TypeError` unless it is 16 hexadecimal digits */
export function writeSpanId(writer: ProtobufWriter, tag: number, id: string): void {
  fillWithHex(spanIdBytes, id);
  writeBytes(writer, tag, spanIdBytes);
}

function fillWithHex(bytes: Uint8Array, hex: string): void {
  let allDigits = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = DIGITS[hex.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    allDigits |= high | low;
    bytes[i] = (high << 4) | low;
  }
  if (allDigits > 0xf || hex.length !== bytes.length * 2) {
    throw new TypeError(`an id is not ${bytes.length * 2} hexadecimal digits`);
  }
}
