import type { AttributeValue } from '../attribute-value.ts';

/** Tests the texts and numbers inside of a value until one passes. Takes values of any depth; bytes are no text. */
export function someText(value: AttributeValue | undefined, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (value === undefined || value === null) return false;
  if (typeof value !== 'object') return test(String(value));
  const open: AttributeValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) {
      if (next !== null && test(String(next))) return true;
    } else if (!(next instanceof Uint8Array)) {
      for (const inner of Object.values(next)) open.push(inner);
    }
  }
  return false;
}
