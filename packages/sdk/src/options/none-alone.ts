import type { OptionKind, Reading } from './option-kind.ts';

/**
 * The same list of names, in which `none` stands alone. Beside other names it is a problem, and what was switched off
 * stays off.
 */
export function noneAlone<T>(kind: OptionKind<readonly T[]>): OptionKind<readonly T[]> {
  return {
    ...kind,
    accepts: (value): value is readonly T[] => kind.accepts(value) && !isContradiction(value),
    parse: (text) => withNoneAlone(kind.parse(text), 'has none together with other names'),
    advise: (value) => (kind.accepts(value) ? 'none cannot be combined with other names' : kind.advise?.(value)),
    salvage: (value) => withNoneAlone(kind.accepts(value) ? { value } : (kind.salvage?.(value) ?? {})),
  };
}

function withNoneAlone<T>(reading: Reading<readonly T[]>, problem?: string): Reading<readonly T[]> {
  if (reading.value === undefined || !isContradiction(reading.value)) return reading;
  const value = reading.value.filter((name) => name === 'none').slice(0, 1);
  return { ...(problem !== undefined && { problem }), ...reading, value, consequence: 'using none' };
}

function isContradiction(names: readonly unknown[]): boolean {
  return names.includes('none') && names.some((name) => name !== 'none');
}
