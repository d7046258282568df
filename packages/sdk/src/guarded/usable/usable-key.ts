import { reportOnce } from '@clew/diagnostics';

import { aKindOf } from './input-in-words.ts';
import { usableName } from './usable-name.ts';

/** The key of an attribute as it can be exported; `undefined` where it cannot, which is said. */
export function usableKey(key: unknown): string | undefined {
  if (typeof key === 'number') return String(key); // a property of an object is named like that too
  if (typeof key !== 'string' || key === '') {
    const got = key === '' ? 'an empty one' : aKindOf(key);
    reportOnce('key of an attribute', `expected a string as attribute key, got ${got}; attribute ignored`);
    return undefined;
  }
  if (key === '__proto__') {
    reportOnce('__proto__ as a key', 'no attribute can be called __proto__; attribute ignored');
    return undefined;
  }
  return usableName('attribute key', key, '');
}
