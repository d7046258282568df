/** A record takes more bytes than one may have. It is lost; the others are not. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';

  constructor(maxBytes: number) {
    super(`a record takes more than ${maxBytes} bytes`);
  }
}
