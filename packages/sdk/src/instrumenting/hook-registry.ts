/** Changes what a module exports. `folder` is that of its package, and is missing for builtins. */
export type PatchExports = (exports: unknown, name: string, folder: string | undefined) => unknown;

/** A hook on `require`, as `@opentelemetry/instrumentation` asks for it. */
export interface RequireHook {
  /** Absolute paths of files; `undefined` for every module. */
  readonly files: readonly string[] | undefined;
  readonly patch: PatchExports;
}

/** Arguments of a hook on `import`, as the constructor of import-in-the-middle takes them. */
export type ImportHook = readonly [modules: readonly string[], options: object, patch: PatchExports];

interface Hooks {
  readonly required: RequireHook[];
  readonly imported: ImportHook[];
  /** Adds a hook to import-in-the-middle, where that is loaded. */
  connect?: (hook: ImportHook) => unknown;
}

// The preload, which calls the hooks, and the bundle that has the base of instrumentations have copies of this module.
const HOOKS: unique symbol = Symbol.for('clew.sdk.hooks') as never;
const shared = globalThis as { [HOOKS]?: Hooks };
const hooks = (shared[HOOKS] ??= { required: [], imported: [] });

/** Hooks on `require`, in the order in which they are to be called. */
export const requireHooks: readonly RequireHook[] = hooks.required;

export function addRequireHook(hook: RequireHook): void {
  hooks.required.push(hook);
}

/** Hands a hook to import-in-the-middle, now or when that is connected. */
export function addImportHook(hook: ImportHook): void {
  if (hooks.connect === undefined) hooks.imported.push(hook);
  else hooks.connect(hook);
}

/** Hands all hooks on `import`, now and later, to import-in-the-middle. */
export function connectImportHooks(add: (hook: ImportHook) => unknown): void {
  hooks.connect = add;
  for (const hook of hooks.imported.splice(0)) add(hook);
}
