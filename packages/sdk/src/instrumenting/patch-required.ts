import Module, { createRequire, isBuiltin } from 'node:module';
import { parse, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { guard } from '@clew/diagnostics';

import { requireHooks } from './hook-registry.ts';
import type { LazyInstrumentations } from './lazy-instrumentations.ts';
import { ownerOf } from './owner-of.ts';

/** Sees what modules are required, and gives them patched where an instrumentation is active. */
export interface RequirePatcher {
  /** To be told of each module that a `require` has resolved, before it is loaded. */
  resolved(url: string): void;
}

interface ModuleInternals {
  prototype: { require(this: NodeJS.Module, id: string): unknown };
  _cache: NodeJS.Dict<NodeJS.Module>;
  _resolveFilename(id: string, parent: NodeJS.Module): string;
}

/** A `require` that has not returned yet. */
interface Call {
  url: string | undefined;
}

const internals = Module as unknown as ModuleInternals;
const require = createRequire(import.meta.url);

/**
 * Patches what `require` and `process.getBuiltinModule` give, as require-in-the-middle does. That one resolves every module of
 * the application a second and a third time; here the resolve hook tells which file a call is about, and only files of
 * packages whose instrumentation is active are looked at.
 *
 * @param onBuiltin called before a builtin is given to whoever asks for it without a module system
 */
export function patchRequired(
  instrumentations: LazyInstrumentations,
  onBuiltin: (url: string) => void,
): RequirePatcher {
  let current: Call | undefined;
  const originalGet = process.getBuiltinModule;
  const exportsOf = createPatches(instrumentations, originalGet);

  const { prototype } = internals;
  const original = prototype.require;
  const patched: typeof original = function (this: NodeJS.Module, id) {
    const outer = current;
    const call: Call = { url: undefined };
    current = call;
    let exports: unknown;
    try {
      exports = original.call(this, id);
    } finally {
      current = outer;
    }
    if (requireHooks.length === 0) return exports;
    return guard('patching what is required', exports, () => exportsOf(exports, id, this, call.url));
  };
  Object.defineProperty(patched, 'name', { value: original.name, configurable: true });
  prototype.require = patched;

  process.getBuiltinModule = function getBuiltinModule(id: string): object | undefined {
    const isOurs = typeof id === 'string' && isBuiltin(id);
    if (isOurs) onBuiltin(id.startsWith('node:') ? id : `node:${id}`);
    const exports = originalGet(id);
    if (!isOurs || requireHooks.length === 0) return exports;
    return guard('patching a builtin', exports, () => exportsOf(exports, id, undefined, undefined) as object);
  };

  return {
    resolved(url) {
      if (current !== undefined) current.url ??= url; // later ones are asked for by code that the call runs
    },
  };
}

type Patches = (exports: unknown, id: string, parent: NodeJS.Module | undefined, url: string | undefined) => unknown;

/** A file that a patch may be for, and the package that it is in. */
interface WatchedFile {
  readonly file: string;
  readonly owner: string | undefined;
}

interface Patched {
  /** As they were patched: a module may be given others. */
  readonly exports: unknown;
  patched: unknown;
}

function createPatches(
  instrumentations: LazyInstrumentations,
  getBuiltinModule: typeof process.getBuiltinModule,
): Patches {
  const ofBuiltins = new Map<string, unknown>();
  /** By module, which is another one where the application has taken it out of the cache and loaded it anew. */
  const ofModules = new WeakMap<NodeJS.Module, Patched>();
  /** Files by folder and id of a call, which Node answers from a cache of its own the next time, without asking any hook. */
  const resolved = new Map<string, WatchedFile | undefined>();

  function ofBuiltin(name: string, exports: unknown): unknown {
    if (!instrumentations.isActive(name)) return exports;
    if (exports !== getBuiltinModule(name)) return exports; // somebody gives another one in its place
    if (!ofBuiltins.has(name)) {
      ofBuiltins.set(name, exports); // a patch may require the same module
      ofBuiltins.set(name, patch(exports, { name, folder: undefined }));
    }
    return ofBuiltins.get(name);
  }

  function watched(url: string): WatchedFile | undefined {
    if (!url.startsWith('file:')) return undefined;
    const owner = ownerOf(url);
    const isActive = owner !== undefined && instrumentations.isActive(owner);
    if (!isActive && !requireHooks.some(({ files }) => files?.includes(fileURLToPath(url)))) return undefined;
    return { file: fileURLToPath(url), owner: isActive ? owner : undefined };
  }

  function fileOf(id: string, parent: NodeJS.Module, url: string | undefined): WatchedFile | undefined {
    const file = url === undefined ? undefined : watched(url);
    if (url !== undefined && file === undefined) return undefined;
    const key = `${parent.path}\0${id}`;
    if (file !== undefined) resolved.set(key, file);
    else if (!resolved.has(key) && !id.startsWith('.')) resolved.set(key, watched(resolvedUrl(id, parent)));
    return resolved.get(key);
  }

  function ofFile({ file, owner }: WatchedFile, exports: unknown): unknown {
    const module = internals._cache[file];
    if (module?.loaded !== true) return exports; // in a cycle: it is patched when it is complete
    if (module.exports !== exports) return exports; // somebody gives another one in its place
    const known = ofModules.get(module);
    if (known !== undefined && known.exports === exports) return known.patched;
    const result: Patched = { exports, patched: exports };
    ofModules.set(module, result); // a patch may require the same module
    const place = owner === undefined ? undefined : placeOf(file, owner, instrumentations);
    result.patched = patch(exports, place, file);
    return result.patched;
  }

  return (exports, id, parent, url) => {
    if (isBuiltin(id)) return ofBuiltin(id.replace(/^node:/, ''), exports);
    const file = parent === undefined ? undefined : fileOf(id, parent, url);
    return file === undefined ? exports : ofFile(file, exports);
  };
}

/** The URL of a module that a hook was not asked for; empty where there is none, as in mocks. */
function resolvedUrl(id: string, parent: NodeJS.Module): string {
  try {
    return pathToFileURL(internals._resolveFilename(id, parent)).href;
  } catch {
    return '';
  }
}

/** A module as hooks name it: a package for its entry, a package and a path in it for its other files. */
interface Place {
  readonly name: string;
  readonly folder: string | undefined;
}

const entries = new Map<string, string | undefined>(); // by folder of a package; a second copy of this module finds the same

/** `undefined` for a file of which no patch is known. */
function placeOf(file: string, owner: string, instrumentations: LazyInstrumentations): Place | undefined {
  const name = owner.replaceAll('/', sep);
  const modules = `${sep}node_modules${sep}`;
  const folder = file.slice(0, file.lastIndexOf(modules) + modules.length + name.length);
  if (!entries.has(folder)) entries.set(folder, entryOf(owner, folder));
  const entry = entries.get(folder);
  if (entry === file) return { name: owner, folder };
  if (entry === undefined || !instrumentations.patchesFiles(owner)) return undefined;
  return { name: owner + sep + relative(folder, file), folder };
}

function entryOf(owner: string, folder: string): string | undefined {
  try {
    return require.resolve(owner, { paths: [folder] });
  } catch {
    return undefined;
  }
}

function patch(exports: unknown, place: Place | undefined, file?: string): unknown {
  let patched = exports;
  for (const hook of requireHooks) {
    if (hook.files === undefined && place !== undefined) patched = hook.patch(patched, place.name, place.folder);
    if (file !== undefined && hook.files?.includes(file) === true) {
      patched = hook.patch(patched, parse(file).name, parse(file).dir);
    }
  }
  return patched;
}
