/** What became of each value that the attributes of one key had, while they are few. */
export interface FewValues<Result> {
  /** Returns what was remembered; `undefined` where that is nothing. */
  get(value: Plain): Result | undefined;
  /** False for a key that takes many values, as paths and ids do: it is given up for good. */
  isOpen(): boolean;
  remember(value: Plain, result: Result): void;
}

export type Plain = string | number | boolean;

const MAX_KEYS = 512;
const MAX_VALUES = 16;
const MAX_LENGTH = 128;

/**
 * A memory for attributes of keys that take few values: methods, routes, hosts, ports. It is bounded by 512 keys with 16
 * values of 128 characters each.
 */
export class RememberedValues<Result> {
  readonly #byKey = new Map<string, ValuesOfKey<Result>>();
  #previous = new ValuesOfKey<Result>('');

  /** Finds the values of a key; `undefined` for one that comes too late. */
  of(key: string): FewValues<Result> | undefined {
    const guessed = this.#previous.next; // spans of one place have the same keys in the same order
    if (guessed === undefined || guessed.key !== key) return this.#find(key);
    this.#previous = guessed;
    return guessed;
  }

  #find(key: string): FewValues<Result> | undefined {
    let known = this.#byKey.get(key);
    if (known === undefined) {
      if (this.#byKey.size >= MAX_KEYS || key.length > MAX_LENGTH) return undefined;
      known = new ValuesOfKey<Result>(internalized(key));
      this.#byKey.set(known.key, known);
    }
    this.#previous.next = known;
    this.#previous = known;
    return known;
  }
}

class ValuesOfKey<Result> implements FewValues<Result> {
  readonly key: string;
  /** Values of the key that came after this one when it was last asked for. */
  next: ValuesOfKey<Result> | undefined = undefined;
  /** Most often the next value is the same as the last. */
  #last: Plain | undefined;
  #lastResult: Result | undefined;
  #results: Map<Plain, Result> | undefined = new Map();

  constructor(key: string) {
    this.key = key;
  }

  get(value: Plain): Result | undefined {
    if (this.#last === value) return this.#lastResult;
    const result = this.#results?.get(value);
    if (result === undefined) return undefined;
    this.#last = value;
    this.#lastResult = result;
    return result;
  }

  isOpen(): boolean {
    return this.#results !== undefined;
  }

  remember(value: Plain, result: Result): void {
    if (this.#results === undefined) return;
    const isLong = typeof value === 'string' && value.length > MAX_LENGTH;
    if (!isLong && this.#results.size < MAX_VALUES) {
      this.#results.set(typeof value === 'string' ? internalized(value) : value, result);
    } else {
      this.#last = undefined;
      this.#lastResult = undefined;
      this.#results = undefined;
    }
  }
}

/** The same text as V8 has it once for all: a part of a longer text would keep that alive. */
function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}
