import { toHex } from './hex.ts';

/** Whatever a baggage value may not have as it is, and `%`, which announces such a byte. */
const TO_ENCODE = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/g;
const ENCODED = /(?:%[\da-fA-F]{2})+/g;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true }); // a byte order mark is a character like any other

/**
 * Percent-encodes what a baggage value may not have as it is. A lone surrogate, which UTF-8 cannot express, becomes
 * U+FFFD.
 *
 * @see https://www.w3.org/TR/baggage/#value
 */
export function percentEncode(text: string): string {
  return text.replace(TO_ENCODE, (run) => toHex(utf8Encoder.encode(run)).toUpperCase().replace(/../g, '%$&'));
}

/**
 * Decodes a percent-encoded baggage value. Bytes that are no UTF-8 become U+FFFD, as the recommendation has it; a `%`
 * without two hex digits after it stays.
 *
 * @see https://www.w3.org/TR/baggage/#value
 */
export function percentDecode(text: string): string {
  return text.replace(ENCODED, (run) => utf8Decoder.decode(bytesOf(run)));
}

const bytesOf = (run: string) => Uint8Array.from(run.slice(1).split('%'), (byte) => Number.parseInt(byte, 16));
