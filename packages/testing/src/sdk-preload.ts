import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** `runApp` wants the preload of `@clew/sdk`, an optional peer, and does not find it. */
export class MissingSdkError extends Error {
  override readonly name = 'MissingSdkError';
}

/**
 * The URL of the module that is preloaded with `node --import`.
 *
 * @throws {MissingSdkError} if `@clew/sdk` is not installed beside this package
 */
export function sdkPreload(from: string = import.meta.url): string {
  try {
    const required = createRequire(from).resolve('@clew/sdk/register');
    return pathToFileURL(required.replace(/\.cjs$/, '.js')).href; // what `--import` gets stands beside what `--require` gets
  } catch (cause) {
    const advice = 'install it beside @clew/testing, or run the app with { preload: false }';
    throw new MissingSdkError(`@clew/sdk/register cannot be resolved: ${advice}`, { cause });
  }
}
