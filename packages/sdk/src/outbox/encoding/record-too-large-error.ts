import { readProperty } from '@clew/diagnostics';

// A signal's part is required beside the bundle and throws its own copy of this class.
const BRAND = Symbol.for('clew.RecordTooLargeError');

/** A record takes more bytes than one may have. It is lost; the others are not. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';

  constructor(maxBytes: number) {
    super(`a record takes more than ${maxBytes} bytes`);
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return readProperty(value, BRAND) === true;
  }
}
