import { addImportHook, type ImportHook } from './hook-registry.ts';

/**
 * Stands in for the class of import-in-the-middle in the bundle of `@opentelemetry/instrumentation`: an application that imports
 * nothing of what is instrumented does without it.
 */
export function Hook(...hook: ImportHook): void {
  addImportHook(hook);
}
