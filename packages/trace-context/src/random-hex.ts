import { hexBits, toHex } from './hex.ts';

/** As many cryptographically random bytes as asked for, in lowercase hex; never all zero, which no id may be. */
export function randomHex(byteCount: number): string {
  for (;;) {
    const hex = toHex(crypto.getRandomValues(new Uint8Array(byteCount)));
    if (hexBits(hex, 0, hex.length) !== 0) return hex;
  }
}
