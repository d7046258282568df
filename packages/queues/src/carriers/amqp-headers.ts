import { MAX_FIELD_LENGTH, fieldOf, namesOf, textOf, type Carrier } from './carrier.ts';

/** Bytes that `amqplib` can encode for all headers of a message: it throws when they need more. */
const MAX_TABLE_BYTES = 65_536;

/**
 * The headers table of an AMQP 0.9.1 message: any values by name. Their sizes are estimated, each at its most.
 *
 * @see https://www.rabbitmq.com/amqp-0-9-1-errata#section_3
 */
export const amqpHeaders: Carrier<Readonly<Record<string, unknown>> | null | undefined> = {
  get: (headers, name) => textOf(fieldOf(headers, name)),
  keys: namesOf,
  set: (headers, added) => ({ ...headers, ...added }),
  isBare: (headers) => headers === undefined || headers === null,
  room: (headers) => ({ fields: Number.POSITIVE_INFINITY, bytes: MAX_TABLE_BYTES - sizeOf(headers, 0) - MARGIN }),
};

const MARGIN = 256; // of the lengths and types that stand before our fields
const MAX_DEPTH = 8;

/** An upper bound of the bytes of a value, which may be anything. */
function sizeOf(value: unknown, depth: number): number {
  if (typeof value === 'string')
    return 3 * value.length > MAX_FIELD_LENGTH ? Buffer.byteLength(value) : 3 * value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 16;
  if (depth > MAX_DEPTH) return MAX_TABLE_BYTES;
  let bytes = 16;
  for (const name of namesOf(value)) {
    bytes += 3 * name.length + 16 + sizeOf(fieldOf(value, name), depth + 1);
    if (bytes > MAX_TABLE_BYTES) return bytes;
  }
  return bytes;
}
