/** The version of this package, as its meter and tracer report it; a test compares it with package.json. */
export const VERSION = '0.0.0';
