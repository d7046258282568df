const NOT_HEX = 0xff;

/** The value of each lowercase hex digit by its character code, and `NOT_HEX` for every other character. */
const DIGITS: Uint8Array = new Uint8Array(256).fill(NOT_HEX);
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * All bits that are set in any digit of `text` from `start` up to `end`: 0 when every digit is zero, above 15 when
 * there is something else than a lowercase hex digit. One pass answers both; a regular expression takes three times
 * as long, and `traceparent` is parsed for each request.
 */
export function hexBits(text: string, start: number, end: number): number {
  let bits = 0;
  for (let i = start; i < end; i++) bits |= DIGITS[text.charCodeAt(i)] ?? NOT_HEX;
  return bits;
}

/** The bytes as lowercase hex, two digits each. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += BYTES[byte];
  return hex;
}
