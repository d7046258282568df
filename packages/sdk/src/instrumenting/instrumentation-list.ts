import type { ResolvedOptions } from '../options/options.ts';
import type { LazyInstrumentation } from './lazy-instrumentations.ts';
import type { Library } from './libraries-of.ts';
import type { Surroundings } from './library-row.ts';

/** Every instrumentation that the options leave on, waiting for its start. */
export function listInstrumentations(libraries: readonly Library[], surroundings: Surroundings): LazyInstrumentation[] {
  return libraries
    .filter((library) => isOn(library, surroundings))
    .map(({ name, modules, withFiles, starts, config, load, mend }) => ({
      name,
      modules,
      withFiles,
      starts,
      create() {
        const Instrumentation = load(surroundings.loadPart);
        const own = surroundings.options.instrumentations[name];
        const instrumentation = new Instrumentation(config(surroundings, typeof own === 'object' ? own : {}) as never);
        mend(instrumentation);
        return instrumentation;
      },
    }));
}

/** Whether the options ask for a library: what code or the file say of it, else the two lists, else its default. */
export function isOn(library: Library, surroundings: Surroundings): boolean {
  if (!library.wants(surroundings)) return false;
  const { name, isOnByDefault } = library;
  const {
    instrumentations,
    enabledInstrumentations: enabled,
    disabledInstrumentations: disabled,
  } = surroundings.options;
  const own = instrumentations[name];
  if (own !== undefined) return own !== false;
  if (disabled.includes(name)) return false;
  return enabled.length > 0 ? enabled.includes(name) : isOnByDefault;
}

/** Short names that stand in the options and belong to no instrumentation. */
export function unknownInstrumentations(
  libraries: readonly Library[],
  options: ResolvedOptions,
): { readonly name: string; readonly where: string }[] {
  const known = new Set(libraries.flatMap(({ name, replaces }) => [name, ...replaces]));
  const named: readonly (readonly [where: string, names: readonly string[]])[] = [
    ['instrumentations', Object.keys(options.instrumentations)],
    ['enabledInstrumentations (OTEL_NODE_ENABLED_INSTRUMENTATIONS)', options.enabledInstrumentations],
    ['disabledInstrumentations (OTEL_NODE_DISABLED_INSTRUMENTATIONS)', options.disabledInstrumentations],
  ];
  return named.flatMap(([where, names]) => {
    return names.filter((name) => !known.has(name)).map((name) => ({ name, where }));
  });
}
