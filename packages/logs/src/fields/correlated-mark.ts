// The preload and the application have copies of this module; each must know the other's work.
const CORRELATED = Symbol.for('clew.logs.correlated');

/** Whether this function, or logger, already adds trace fields by our doing. */
export function isCorrelated(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') && Reflect.has(value, CORRELATED)
  );
}

/** Marks it as one that does, and returns it. */
export function markCorrelated<Value extends object>(value: Value): Value {
  return Object.defineProperty(value, CORRELATED, { value: true, configurable: true });
}

export function unmarkCorrelated(value: object): void {
  Reflect.deleteProperty(value, CORRELATED);
}
