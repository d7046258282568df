/** The modules that this thread has loaded at some moment. */
export interface LoadedModules {
  /** Names of builtins, without `node:`. */
  readonly builtins: readonly string[];
  /** Paths of CommonJS files, imported ones included. Node does not tell which ES modules there are. */
  readonly files: readonly string[];
}

/** Whatever is loaded now. Lists may be empty where the module system is not Node's own, as in Jest. */
export function loadedModules(): LoadedModules {
  const { moduleLoadList = [] } = process as unknown as { moduleLoadList?: readonly string[] };
  const { _cache: cache = {} } = process.getBuiltinModule('node:module') as unknown as { _cache?: object };
  const builtins = [...moduleLoadList].filter((entry) => entry.startsWith(BUILTIN));
  return { builtins: builtins.map((entry) => entry.slice(BUILTIN.length)), files: Object.keys(cache) };
}

const BUILTIN = 'NativeModule ';
