import { DELIMITED, openMessage, type ProtobufWriter, tagOf, writeEncoded, writeString } from './protobuf-writer.ts';

const KEY = tagOf(1, DELIMITED);
const VALUE = tagOf(2, DELIMITED);

const MAX_KEYS = 1000;
const MAX_KEY_LENGTH = 64;

/**
 * Bytes that `openValue` wrote for the keys it has seen: an application has a few dozen. One that makes them up has them
 * forgotten from time to time. A second copy of this module has its own.
 */
const known = new Map<string, Uint8Array>();

/** Writes the key of a `KeyValue` and begins its value. Returns where the content of that starts. */
export function openValue(writer: ProtobufWriter, key: string): number {
  const encoded = known.get(key);
  if (encoded === undefined) return openFirstValue(writer, key);
  writeEncoded(writer, encoded);
  return writer.position;
}

function openFirstValue(writer: ProtobufWriter, key: string): number {
  const keyStart = writer.position;
  writeString(writer, KEY, key);
  const valueStart = openMessage(writer, VALUE);
  if (key.length <= MAX_KEY_LENGTH) {
    if (known.size === MAX_KEYS) known.clear();
    known.set(key, new Uint8Array(writer.buffer.subarray(keyStart, valueStart)));
  }
  return valueStart;
}
