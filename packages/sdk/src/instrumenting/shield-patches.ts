import Module from 'node:module';

import { describeError, guard, reportOnce } from '@clew/diagnostics';
import type { Instrumentation } from '@opentelemetry/instrumentation';

/** The part of an instrumentation's definition of a module, or of a file in it, that is read and replaced here. */
interface Patchable {
  readonly name: string;
  patch?: ((exports: unknown, version?: string) => unknown) | undefined;
  unpatch?: ((exports: unknown, version?: string) => void) | undefined;
}

interface ModuleDefinition extends Patchable {
  readonly files?: readonly Patchable[];
}

/** Exports as an ES module sees them, in which import-in-the-middle lets every name be assigned. */
type Namespace = Record<string, unknown>;

/**
 * Makes the patches of an instrumentation harmless, whoever wrote them. To be called before its module is loaded.
 *
 * - A patch that throws leaves the module as it was; one line says so, and the application gets its exports.
 * - A CommonJS package that is imported is patched as if it were required: a patch is written for `module.exports` and
 *   would take the namespace for it. What it changes there, the names of the namespace follow.
 * - Exports are patched once, whichever module system asks, and however often.
 */
export function shieldPatches(instrumentation: Instrumentation, name: string): void {
  for (const definition of definitionsOf(instrumentation)) {
    shield(definition, name);
    for (const file of definition.files ?? []) shield(file, name);
  }
}

/** Definitions of an instrumentation and of those it is composed of, as redis is. */
function definitionsOf(instrumentation: Instrumentation): ModuleDefinition[] {
  const parts = [instrumentation, ...(Object.values(instrumentation) as unknown[])];
  return parts.flatMap((part) => {
    const modules = (part as { _modules?: unknown } | null | undefined)?._modules;
    return Array.isArray(modules) ? (modules as ModuleDefinition[]) : [];
  });
}

function shield(target: Patchable, name: string): void {
  const { patch, unpatch } = target;
  /** By exports: what the patch made of them. */
  const patched = new WeakMap<object, unknown>();

  function patchOnce(exports: unknown, version: string | undefined): unknown {
    if (!isObject(exports)) return run(exports, version);
    if (patched.has(exports)) return patched.get(exports);
    const result = run(exports, version);
    patched.set(exports, result);
    if (isObject(result)) patched.set(result, result);
    return result;
  }

  function run(exports: unknown, version: string | undefined): unknown {
    try {
      return patch?.call(target, exports, version) ?? exports;
    } catch (error) {
      if (isObject(exports))
        guard(`unpatching ${target.name}`, undefined, () => unpatch?.call(target, exports, version));
      const cause = `the instrumentation ${name} could not patch ${target.name}, which is not traced`;
      reportOnce(`patching ${target.name}`, `${cause}: ${describeError(error)}`);
      return exports;
    }
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
      if (isObject(own)) {
        const result = patched.get(own);
        patched.delete(own);
        if (isObject(result)) patched.delete(result);
      }
      guard(`unpatching ${target.name}`, undefined, () => unpatch.call(target, own, version));
      if (required !== undefined) follow(required.namespace, before, own);
    };
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
