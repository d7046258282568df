import { makeBytes, type ProtobufWriter, writeBytes } from './protobuf-writer.ts';

const NO_DIGIT = 0xff;
/** The values of hexadecimal digits by their character codes. */
const DIGITS = Uint8Array.from({ length: 0x100 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? NO_DIGIT : digit;
});

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** The last trace id and its bytes: most often the next span has the same. A second copy of this module has its own. */
let lastTraceId = '';
const lastTraceIdBytes = Buffer.alloc(TRACE_ID_BYTES);

export function isTraceId(id: unknown): boolean {
  return typeof id === 'string' && /^[\da-f]{32}$/i.test(id);
}

export function isSpanId(id: unknown): boolean {
  return typeof id === 'string' && /^[\da-f]{16}$/i.test(id);
}

/** Writes the bytes of a trace id. @throws a `TypeError` unless it is 32 hexadecimal digits */
export function writeTraceId(writer: ProtobufWriter, tag: number, id: string): void {
  if (id !== lastTraceId) {
    lastTraceId = '';
    putHex(lastTraceIdBytes, 0, id, TRACE_ID_BYTES);
    lastTraceId = id;
  }
  writeBytes(writer, tag, lastTraceIdBytes);
}

/** Writes the bytes of a span id. @throws a `TypeError` unless it is 16 hexadecimal digits */
export function writeSpanId(writer: ProtobufWriter, tag: number, id: string): void {
  const position = makeBytes(writer, tag, SPAN_ID_BYTES);
  putHex(writer.buffer, position, id, SPAN_ID_BYTES);
}

function putHex(buffer: Buffer, position: number, hex: string, byteLength: number): void {
  let codes = 0;
  let digits = 0;
  for (let i = 0; i < byteLength; i++) {
    const first = hex.charCodeAt(2 * i);
    const second = hex.charCodeAt(2 * i + 1);
    const high = DIGITS[first & 0xff] ?? NO_DIGIT;
    const low = DIGITS[second & 0xff] ?? NO_DIGIT;
    codes |= first | second;
    digits |= high | low;
    buffer[position + i] = (high << 4) | low;
  }
  if (codes > 0xff || digits > 0xf || hex.length !== byteLength * 2) {
    throw new TypeError(`an id is not ${byteLength * 2} hexadecimal digits`);
  }
}
