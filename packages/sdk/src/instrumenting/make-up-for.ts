import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';

import { writeLine } from '@clew/diagnostics';

import type { LoadedModules } from '../otel/loaded-modules.ts';
import type { LazyInstrumentation, LazyInstrumentations } from './lazy-instrumentations.ts';
import { patchBuiltin } from './module-hooks.ts';
import { ownerOf } from './owner-of.ts';

/**
 * Makes up for what was loaded before the hooks were there. Builtins are patched in place, since all share one object;
 * packages cannot be, and one line names those that an instrumentation waits for.
 */
export function makeUpFor(
  { builtins, files }: LoadedModules,
  waiting: readonly LazyInstrumentation[],
  instrumentations: LazyInstrumentations,
): void {
  for (const builtin of builtins) if (instrumentations.beforeLoad(builtin)) patchBuiltin(builtin);
  const owners = new Set(files.map((path) => ownerOf(pathToFileURL(path).href)));
  const late = waiting.filter(({ modules }) => modules.some((name) => !isBuiltin(name) && owners.has(name)));
  const names = late.map(({ name }) => name).join(', ');
  const remedy = 'use node --import @clew/sdk/register';
  if (late.length === 1) writeLine(`${names} was loaded before start() and is not traced; ${remedy}`);
  if (late.length > 1) writeLine(`${names} were loaded before start() and are not traced; ${remedy}`);
}
