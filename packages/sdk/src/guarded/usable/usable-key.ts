import { reportOnce } from '@clew/diagnostics';

import { kindOf } from './input-in-words.ts';
import { usableName } from './usable-name.ts';

/** The key of an attribute as it can be exported; `undefined` where it cannot, which is said. */
export function usableKey(key: unknown): string | undefined {
  if (typeof key === 'number') return String(key); // a property of an object is named like that too
  if (typeof key !== 'string' || key === '') {
    const problem = key === '' ? 'is empty' : `is not a string (${kindOf(key)})`;
    reportOnce('key of an attribute', `the key of an attribute ${problem}; the attribute is left out`);
    return undefined;
  }
  if (key === '__proto__') {
    reportOnce('__proto__ as a key', 'an attribute is called __proto__, which sets no attribute; it is left out');
    return undefined;
  }
  return usableName('an attribute', key, '');
}
