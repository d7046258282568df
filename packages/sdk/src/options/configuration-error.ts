// The SDK runs from a bundle, and an application imports this class from a file: both are the same error to it.
const BRAND = Symbol.for('clew.ConfigurationError');

/** A mistake in the options given to `start()`. Thrown at start only; the application's run never sees one. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** Path of the option, for example `batch.maxQueueSize`. */
  readonly option: string;

  /** @param problem completes the sentence that starts with the option's name: `is 2, expected …` */
  constructor(option: string, problem: string) {
    super(`${option} ${problem}`);
    this.option = option;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
