import type { Scope } from './record-queue.ts';

/** The scopes of the items in a store, by small numbers, and the places of their definitions. */
export interface ScopeTable {
  /** Undefined for a scope that was not added, or was forgotten. */
  numberOf(scope: Scope): number | undefined;
  scopeOf(number: number): Scope;
  /** The number that the next scope gets. */
  nextNumber(): number;
  /** @param definition the place of the scope's definition */
  add(scope: Scope, definition: number): void;
  /** Notes that there is an item more of a scope, or one less. */
  use(number: number, change: 1 | -1): void;
  /** Forgets the scopes without items if there are many scopes; tells where their definitions are. */
  tidy(onForgotten: (definition: number) => void): void;
}

/** Up to so many scopes are kept, with items or without: an application that does not make them up has fewer. */
const MANY_SCOPES = 64;

export function createScopeTable(): ScopeTable {
  const numbers = new Map<Scope, number>();
  const scopes: Scope[] = [];
  const definitions: number[] = [];
  const uses: number[] = [];
  const unused: number[] = []; // numbers
  let limit = MANY_SCOPES;
  let last: Scope | undefined; // most items have the scope of the item before
  let lastNumber: number | undefined;

  return {
    numberOf(scope) {
      if (scope === last) return lastNumber;
      last = scope;
      lastNumber = numbers.get(scope);
      return lastNumber;
    },
    scopeOf: (number) => scopes[number] as Scope,
    nextNumber: () => unused.at(-1) ?? scopes.length,
    add(scope, definition) {
      const number = unused.pop() ?? scopes.length;
      numbers.set(scope, number);
      scopes[number] = scope;
      definitions[number] = definition;
      uses[number] = 0;
      last = undefined;
    },
    use(number, change) {
      uses[number] = (uses[number] as number) + change;
    },
    tidy(onForgotten) {
      if (numbers.size < limit) return;
      last = undefined;
      for (const [scope, number] of numbers) {
        if (uses[number] !== 0) continue;
        numbers.delete(scope);
        unused.push(number);
        onForgotten(definitions[number] as number);
      }
      limit = Math.max(MANY_SCOPES, numbers.size * 2);
    },
  };
}
