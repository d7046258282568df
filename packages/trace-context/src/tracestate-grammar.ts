// Both have bounds on every repetition, so that no input costs more than its length.
const KEY = /^[a-z\d][a-z\d_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * Says whether `key` may name a list-member: 1 to 256 lowercase letters, digits and `_ - * / @`, of which the first is a
 * letter or a digit. Level 2 has dropped the rules that level 1 had for the part after an `@`.
 *
 * @see https://www.w3.org/TR/trace-context-2/#key
 */
export function isTracestateKey(key: string): boolean {
  return KEY.test(key);
}

/**
 * Says whether `value` may be the value of a list-member: 1 to 256 printable ASCII characters without `,` and `=`, of
 * which the last is no space.
 *
 * @see https://www.w3.org/TR/trace-context-2/#value
 */
export function isTracestateValue(value: string): boolean {
  return VALUE.test(value);
}
