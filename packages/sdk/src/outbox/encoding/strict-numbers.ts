const NOT_FINITE = /"(doubleValue|asDouble)":null/g;
const LONG_INTEGER = /"intValue":(-?(?:\d{19,}|[\d.]+e\+\d+))/g;
const FIRST_BEYOND_INT64 = 2 ** 63;

/**
 * Writes the numbers of OTLP/JSON so that receivers take them. OpenTelemetry's encoder writes `null` for what is not
 * finite and an integer that fits in no int64, and one such number costs the whole batch. What is not finite becomes
 * `NaN`: which it was is not in the JSON any more.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function withStrictNumbers(json: Uint8Array): Uint8Array {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();
  // In the texts of users every quote follows a backslash, so nothing of theirs looks like a field.
  const strict = text
    .replaceAll(NOT_FINITE, '"$1":"NaN"')
    .replaceAll(LONG_INTEGER, (field, digits: string) =>
      Math.abs(Number(digits)) < FIRST_BEYOND_INT64 ? field : `"doubleValue":${digits}`,
    );
  return strict === text ? json : Buffer.from(strict);
}
