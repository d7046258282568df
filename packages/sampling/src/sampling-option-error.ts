// Two builds of this package may be loaded in one process: an error of either is one to both.
const BRAND = Symbol.for('clew.SamplingOptionError');

/** A mistake in what a sampler is made of. Thrown when it is made; a sampler that exists never throws. */
export class SamplingOptionError extends Error {
  override readonly name = 'SamplingOptionError';
  /** Function and option, for example `probability.ratio`. */
  readonly option: string;

  /** @param problem completes the sentence that starts with the option: `is 2, expected …` */
  constructor(option: string, problem: string) {
    super(`${option} ${problem}`);
    this.option = option;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** The error for a value of another kind. */
export function unexpected(option: string, value: unknown, expected: string): SamplingOptionError {
  return new SamplingOptionError(option, `is ${inWords(value)}, expected ${expected}`);
}

/** A number as it is, and the kind of anything else. */
export function inWords(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
