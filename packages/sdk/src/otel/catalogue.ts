import { createRequire } from 'node:module';

/** An instrumentation of the catalogue and the modules that it patches. */
export interface Target {
  /** Short name, as in `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and the `instrumentations` option. */
  readonly name: string;
  readonly packageName: string;
  readonly className: string;
  /** Packages and builtins; the instrumentation is loaded when the first of them is. */
  readonly modules: readonly string[];
  /** Those of `modules` in which it patches files besides the entry. */
  readonly withFiles: readonly string[];
}

const CATALOGUE = '@opentelemetry/auto-instrumentations-node';

let requireFromCatalogue: NodeJS.Require | undefined; // a second copy of this module resolves the same files

/**
 * `require` as the catalogue's own files have it: it finds the very versions that the catalogue fixes, in every layout
 * of `node_modules`. Its instrumentations are bundled; this is for what is not.
 */
export function catalogueRequire(): NodeJS.Require {
  requireFromCatalogue ??= createRequire(createRequire(import.meta.url).resolve(CATALOGUE));
  return requireFromCatalogue;
}
