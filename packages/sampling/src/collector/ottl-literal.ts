/**
 * Writes any text as a string literal of OTTL. All that comes from a policy passes here: quotes and backslashes are escaped, and
 * so is everything that does not print. Halves of surrogate pairs, which no OTLP can carry, become U+FFFD.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/LANGUAGE.md#literals
 */
export function ottlString(text: string): string {
  return JSON.stringify(wellFormed(text)).replaceAll(UNPRINTED, escapeOf);
}

/** The text as UTF-8 can hold it. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\uFFFD');
}

/** Controls, marks that steer text, separators of lines, and what is not assigned. */
export const UNPRINTED: RegExp = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

/** The escape that Go, YAML and OTTL have in common. */
export function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xff_ff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0');

/** Writes a finite number as a literal of OTTL: an integer where it is one, else with a point and digits. */
export function ottlNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  const [mantissa = '', exponent] = String(value).split('e');
  const withPoint = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}
