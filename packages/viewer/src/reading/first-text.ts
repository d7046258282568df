import type { Attributes } from '../attribute-value.ts';

/** The first of some attributes that is a text and not empty. */
export function firstText(attributes: Attributes, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
