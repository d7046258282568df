import Module from 'node:module';

import { describeError, guard, reportOnce } from '@clew/diagnostics';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { partsOf, type InstrumentationPart, type Patchable } from './instrumentation-parts.ts';

/** Exports as an ES module sees them, in which import-in-the-middle lets every name be assigned. */
type Namespace = Record<string, unknown>;

/**
 * Makes the patches of an instrumentation harmless, whoever wrote them. To be called before its module is loaded.
 *
 * - A patch that throws leaves the module as it was; one line says so, and the application gets its exports.
 * - A CommonJS package that is imported is patched as if it were required: a patch is written for `module.exports` and
 *   would take the namespace for it. What it changes there, the names of the namespace follow.
 * - Exports are patched once, whichever module system asks, and however often.
 * - A function in the place of another has its name and its length.
 */
export function shieldPatches(instrumentation: Instrumentation, name: string): void {
  for (const part of partsOf(instrumentation)) {
    keepLooks(part);
    for (const definition of part._modules) {
      shield(definition, name);
      for (const file of definition.files ?? []) shield(file, name);
    }
  }
}

function keepLooks(part: InstrumentationPart): void {
  const { _wrap: wrap, _unwrap: unwrap } = part;
  if (wrap === undefined || unwrap === undefined) return;
  part._unwrap = (owner, name) => {
    const wrapped: unknown = isObject(owner) ? Reflect.get(owner, name) : undefined;
    return isObject(wrapped) && '__unwrap' in wrapped ? unwrap(owner, name) : undefined;
  };
  part._wrap = (owner, name, wrapper) => {
    const original: unknown = isObject(owner) ? Reflect.get(owner, name) : undefined;
    if (typeof original !== 'function') return undefined; // for which upstream prints an error with its stack
    const wrapped = wrap(owner, name, wrapper);
    look(wrapped, original);
    return wrapped;
  };
}

/** Gives a function the name and the length of the one that it stands for. */
function look(replacement: unknown, original: unknown): void {
  if (typeof replacement !== 'function' || typeof original !== 'function' || replacement === original) return;
  for (const key of ['name', 'length'] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined)
      guard(`the ${key} of a function`, false, () => Reflect.defineProperty(replacement, key, descriptor));
  }
}

function shield(target: Patchable, name: string): void {
  const { patch, unpatch } = target;
  const original = { name: target.name, patch: patch?.bind(target), unpatch: unpatch?.bind(target) };
  /** By exports: what the patch made of them. */
  const patched = new WeakMap<object, unknown>();

  function patchOnce(exports: unknown, version: string | undefined): unknown {
    if (!isObject(exports)) return run(original, name, exports, version);
    if (patched.has(exports)) return patched.get(exports);
    const result = run(original, name, exports, version);
    patched.set(exports, result);
    if (isObject(result)) patched.set(result, result);
    return result;
  }

  function forget(exports: unknown): void {
    if (!isObject(exports)) return;
    const result = patched.get(exports);
    patched.delete(exports);
    if (isObject(result)) patched.delete(result);
  }

  if (patch !== undefined) {
    target.patch = (exports, version) => {
      const required = commonJsExports(exports);
      if (required === undefined) return patchOnce(exports, version);
      const before = copyOf(required.exports);
      const result = patchOnce(required.exports, version);
      follow(required.namespace, before, result);
      return result;
    };
  }
  if (unpatch !== undefined) {
    target.unpatch = (exports, version) => {
      const required = commonJsExports(exports);
      const own = required?.exports ?? exports;
      const before = copyOf(own);
      forget(own);
      guard(`unpatching ${target.name}`, undefined, () => unpatch.call(target, own, version));
      if (required !== undefined) follow(required.namespace, before, own);
    };
  }
}

/** Patches, or leaves the exports as they are and says so. */
function run({ name: module, patch, unpatch }: Patchable, name: string, exports: unknown, version?: string): unknown {
  try {
    const result = patch?.(exports, version) ?? exports;
    if (!isNamespace(exports) && typeof result !== typeof exports) {
      throw new TypeError(`it makes a ${typeof result} of a ${typeof exports}`);
    }
    look(result, exports);
    return result;
  } catch (error) {
    try {
      if (isObject(exports)) unpatch?.(exports, version);
    } catch {
      // There may be nothing that can be taken back; the failure of the patch is told.
    }
    const cause = `the instrumentation ${name} could not patch ${module}, which is not traced`;
    reportOnce(`patching ${module}`, `${cause}: ${describeError(error)}`);
    return exports;
  }
}

/** Gives the names of a namespace the values that a patch has put in the place of others. */
function follow(namespace: Namespace, before: ReadonlyMap<string, unknown>, exports: unknown): void {
  if (!isObject(exports)) return;
  for (const key of Object.keys(namespace)) {
    if (key === 'default' || key === 'module.exports') continue;
    guard(`exporting ${key}`, undefined, () => {
      const now: unknown = Reflect.get(exports, key);
      if (now !== undefined && now !== before.get(key) && now !== namespace[key]) namespace[key] = now;
    });
  }
}

/** Values by name; a getter that throws has none. */
function copyOf(exports: unknown): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  if (!isObject(exports)) return values;
  for (const key of Object.keys(exports)) {
    try {
      values.set(key, Reflect.get(exports, key));
    } catch {
      // Not initialized yet.
    }
  }
  return values;
}

/** `module.exports` behind the namespace of an imported CommonJS module; `undefined` for all else. */
function commonJsExports(exports: unknown): { readonly namespace: Namespace; readonly exports: unknown } | undefined {
  if (!isNamespace(exports)) return undefined;
  if (Reflect.has(exports, 'module.exports')) return { namespace: exports, exports: exports['module.exports'] };
  const { default: own } = exports;
  const isRequired = isObject(own) && Object.values(cache()).some((module) => module?.exports === own);
  return isRequired ? { namespace: exports, exports: own } : undefined;
}

/** Modules that CommonJS has loaded. An older Node does not mark the namespaces made of them. */
const cache = () => (Module as unknown as { _cache: NodeJS.Dict<NodeJS.Module> })._cache;

const isNamespace = (value: unknown): value is Namespace =>
  isObject(value) && Reflect.get(value, Symbol.toStringTag) === 'Module';

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
