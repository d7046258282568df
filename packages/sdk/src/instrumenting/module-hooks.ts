import Module, { createRequire, isBuiltin, syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';

import { guard } from '@clew/diagnostics';

import { catalogueRequire } from '../otel/catalogue.ts';
import { connectImportHooks, type ImportHook } from './hook-registry.ts';
import type { LazyInstrumentations } from './lazy-instrumentations.ts';
import { patchRequired, type RequirePatcher } from './patch-required.ts';
import { ownerOf } from './owner-of.ts';
import { reportRefusedModule } from '../otel/refused-module.ts';

const require = createRequire(import.meta.url);

type ResolveHook = Module.ResolveHookSync;
type LoadHook = Module.LoadHookSync;

/** The part of import-in-the-middle's `create-hook.mjs` that runs in this thread. */
interface ImportWrapper {
  readonly resolveSync: ResolveHook;
  readonly loadSync: LoadHook;
  applyOptions(options: { shouldInclude(url: string, specifier: string): boolean }): void;
}

/**
 * Watches every `require` and `import` of this thread, so that an instrumentation is there before its target is loaded.
 *
 * - The resolve hook sees what is about to be loaded, by whichever module system.
 * - What `require` gives is patched on its way out, as require-in-the-middle would. Builtins are patched this way only, once:
 *   patched a second time for ES modules, http would make every span twice.
 * - What an ES module imports from an active package is wrapped by import-in-the-middle, loaded with the first of them.
 */
export function installModuleHooks(instrumentations: LazyInstrumentations): void {
  const required = patchRequired(instrumentations, (url) => observe(url, instrumentations));
  Module.registerHooks({ resolve: createResolveHook(instrumentations, required, loadImportWrapper) });
  if (supportsSyncLoadHooks(process.versions.node)) return;
  guard('watching what ES modules import', undefined, () => {
    process.cwd(); // it needs a thread, which does not come up where this throws, and is waited for without an end
    registerImportThread(instrumentations);
  });
}

function createResolveHook(
  instrumentations: LazyInstrumentations,
  required: RequirePatcher,
  loadWrapper: typeof loadImportWrapper,
): ResolveHook {
  const syncLoad = supportsSyncLoadHooks(process.versions.node);
  let wrapper: ImportWrapper | undefined;

  return function resolve(specifier, context, next) {
    const watchedNext: typeof next = (...args) => {
      const result = next(...args);
      observe(result.url, instrumentations);
      return result;
    };
    // The wrapper keeps the last `next` it was given to resolve what modules export again: it must be that of an import.
    if (isRequired(context)) {
      const result = next(specifier, context);
      required.resolved(result.url);
      observe(result.url, instrumentations);
      return result;
    }
    if (wrapper !== undefined) return wrapper.resolveSync(specifier, context, watchedNext);
    const result = watchedNext(specifier, context);
    if (!syncLoad || !isWrapped(result.url, specifier, instrumentations)) return result;
    wrapper = guard('wrapping what ES modules import', undefined, () =>
      unlessRefused(() => loadWrapper(instrumentations)),
    );
    return wrapper === undefined ? result : wrapper.resolveSync(specifier, context, watchedNext);
  };
}

function unlessRefused(load: () => ImportWrapper): ImportWrapper | undefined {
  try {
    return load();
  } catch (error) {
    if (reportRefusedModule(error)) return undefined;
    throw error;
  }
}

/**
 * Whether a load hook of `registerHooks` may return CommonJS without its source, as import-in-the-middle does.
 *
 * @see https://github.com/nodejs/node/pull/59929
 */
export function supportsSyncLoadHooks(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3);
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1);
  if (major === 25) return minor >= 1;
  return major >= 26;
}

function observe(url: string, instrumentations: LazyInstrumentations): void {
  const owner = ownerOf(url);
  if (owner !== undefined && instrumentations.beforeLoad(owner)) patchBuiltin(owner);
}

/** Patches a builtin in place, loaded or not, when its instrumentation is there; does nothing for a package. */
export function patchBuiltin(owner: string): void {
  if (!isBuiltin(owner)) return;
  guard(`patching ${owner}`, undefined, () => {
    require(owner); // which patches the one object that all share
    syncBuiltinESMExports(); // `import { get } from 'node:http'` follows
  });
}

/** Whether the module system that asks is CommonJS. The conditions were a set before they were a list. */
function isRequired({ conditions }: { conditions?: Iterable<string> }): boolean {
  return [...(conditions ?? [])].includes('require');
}

/** Mocks of `node:test` replace what our hook has resolved, and would be given the URL of a wrapper. */
const MOCKS_MODULES = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((flags) => {
  return flags.includes('test-module-mocks');
});

/** A file as it is on the disk: no scheme, query or fragment of somebody else's. */
function isPlainFile(url: string): boolean {
  return url.startsWith('file:') && !url.includes('?') && !url.includes('#');
}

/** The entry of an active package, and its other files where an instrumentation patches them. */
function isWrapped(url: string, specifier: string, instrumentations: LazyInstrumentations): boolean {
  if (MOCKS_MODULES || !isPlainFile(url)) return false; // claimed by another hook, as a mocked module is
  const owner = ownerOf(url);
  if (owner === undefined || !instrumentations.isActive(owner)) return false;
  return !specifier.startsWith('.') || instrumentations.patchesFiles(owner);
}

function loadImportWrapper(instrumentations: LazyInstrumentations): ImportWrapper {
  const require = requireFromInstrumentation();
  const { createHook } = require('import-in-the-middle/create-hook.mjs') as {
    createHook(meta: { url: string }): ImportWrapper;
  };
  const url = pathToFileURL(require.resolve('import-in-the-middle/register-hooks.mjs')).href;
  const wrapper = createHook({ url });
  wrapper.applyOptions({ shouldInclude: (url, specifier) => isWrapped(url, specifier, instrumentations) });
  Module.registerHooks({ load: wrapper.loadSync });
  connectImportHooks(addTo(require));
  return wrapper;
}

/** Makes hooks of import-in-the-middle, which is loaded with the first of them. */
function addTo(require: NodeJS.Require): (hook: ImportHook) => unknown {
  return (hook) => {
    const { Hook } = require('import-in-the-middle') as { Hook: new (...args: ImportHook) => unknown };
    return new Hook(...hook);
  };
}

/** Older Node: the same wrapper runs in a thread of its own, started now, with a list that cannot change any more. */
function registerImportThread(instrumentations: LazyInstrumentations): void {
  const packages = instrumentations.waitingFor().filter((name) => !isBuiltin(name));
  const include = [new RegExp(`/node_modules/(?:${packages.map(escapeRegExp).join('|')})/`)];
  const require = requireFromInstrumentation();
  const hook = require.resolve('import-in-the-middle/hook.mjs');
  connectImportHooks(addTo(require));
  Module.register(pathToFileURL(hook).href, { data: { include } });
}

/** The import-in-the-middle that `@opentelemetry/instrumentation` adds its hooks to. */
function requireFromInstrumentation(): NodeJS.Require {
  return createRequire(catalogueRequire().resolve('@opentelemetry/instrumentation'));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
