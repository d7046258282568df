import { finiteCopy, standInsFor, withNames } from './finite-copy.ts';

/**
 * Writes an item as OTLP/JSON with numbers that receivers take. OpenTelemetry's encoder writes `null` for what is not
 * finite and an integer that fits in no int64, and one such number costs the whole batch.
 *
 * @param serialize upstream's, of this item
 * @throws when the serializer gives nothing
 * @see https://protobuf.dev/programming-guides/json/
 */
export function serializeStrictly<Item extends object>(
  item: Item,
  serialize: (item: Item) => Uint8Array | undefined,
): Uint8Array {
  const json = given(serialize(item));
  const text = textOf(json);
  const named = text.includes('null') ? withNamedNumbers(item, text, serialize) : text; // most items have none
  // In the texts of users every quote follows a backslash, so nothing of theirs looks like a field.
  const strict = named.replaceAll(LONG_INTEGER, (field, digits: string) =>
    Math.abs(Number(digits)) < FIRST_BEYOND_INT64 ? field : `"doubleValue":${digits}`,
  );
  return strict === text ? json : Buffer.from(strict);
}

const LONG_INTEGER = /"intValue":(-?(?:\d{19,}|[\d.]+e\+\d+))/g;
const FIRST_BEYOND_INT64 = 2 ** 63;

function withNamedNumbers<Item extends object>(
  item: Item,
  text: string,
  serialize: (item: Item) => Uint8Array | undefined,
): string {
  const standIns = standInsFor(text);
  const finite = finiteCopy(item, standIns);
  return finite === item ? text : withNames(textOf(given(serialize(finite))), standIns);
}

function given(json: Uint8Array | undefined): Uint8Array {
  if (json === undefined) throw new TypeError('the serializer gave nothing');
  return json;
}

function textOf(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();
}
