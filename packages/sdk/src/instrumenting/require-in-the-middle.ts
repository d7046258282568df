import { addRequireHook, type PatchExports } from './hook-registry.ts';

/**
 * Stands in for the class of require-in-the-middle in the bundle of `@opentelemetry/instrumentation`. That resolves each module
 * of the application twice more; our own hook on `require` knows already where a module is.
 */
export function Hook(files: readonly string[] | null, _options: object, patch: PatchExports): void {
  addRequireHook({ files: files ?? undefined, patch });
}
