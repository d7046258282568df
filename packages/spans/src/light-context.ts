import { ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/** Values that one has over its base: more are gathered, so that looking one up stays short. */
const MAX_DEPTH = 12;

// The preload and the application have copies of this module, and contexts of each other.
const LIGHT = 'clew.light-context';

/**
 * A context that stands for another one, and is cheap to derive from: those of the API copy a map and make three
 * functions for each value, this one refers to what it was derived from.
 *
 * ```
 *   span = S2 ─▶ baggage = B ─▶ span = S1 ─▶ the context that was given
 * ```
 */
export function lightContext(context: Context): Context {
  if (context === ROOT_CONTEXT) return LIGHT_ROOT;
  return LIGHT in context ? context : derived(context, NO_KEY, undefined, 0);
}

const NO_KEY = Symbol('no key');

class LightContext implements Context {
  readonly #base: Context;
  readonly #key: symbol;
  readonly #value: unknown;
  readonly #depth: number;

  constructor(base: Context, key: symbol, value: unknown, depth: number) {
    this.#base = base;
    this.#key = key;
    this.#value = value;
    this.#depth = depth;
  }

  get 'clew.light-context'(): true {
    return true;
  }

  getValue(key: symbol): unknown {
    if (this.#key === key) return this.#value;
    let each = this.#base;
    while (#key in each) {
      if (each.#key === key) return each.#value;
      each = each.#base;
    }
    return each.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    const base = this.#depth < MAX_DEPTH ? this : this.#gathered();
    return derived(base, key, value, base.#depth + 1);
  }

  deleteValue(key: symbol): Context {
    return this.getValue(key) === undefined ? this : this.setValue(key, undefined);
  }

  /** The same values, each key once. */
  #gathered(): LightContext {
    const values = new Map([[this.#key, this.#value]]);
    let each = this.#base;
    while (#key in each) {
      if (!values.has(each.#key)) values.set(each.#key, each.#value);
      each = each.#base;
    }
    let gathered = derived(each, NO_KEY, undefined, 0);
    for (const [key, value] of values) if (key !== NO_KEY) gathered = derived(gathered, key, value, 0);
    return gathered;
  }
}

// Outside of the class: the compiler would keep a second name of that, a statement that no bundler may leave out.
function derived(base: Context, key: symbol, value: unknown, depth: number): LightContext {
  return new LightContext(base, key, value, depth);
}

const LIGHT_ROOT = /* @__PURE__ */ derived(ROOT_CONTEXT, NO_KEY, undefined, 0); // a second copy of this module has one more
