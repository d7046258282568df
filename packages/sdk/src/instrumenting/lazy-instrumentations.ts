import { describeError, reportOnce } from '@clew/diagnostics';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import type { Start } from './library-row.ts';

/** An instrumentation that waits for its start. */
export interface LazyInstrumentation {
  readonly name: string;
  readonly modules: readonly string[];
  readonly withFiles: readonly string[];
  readonly starts: Start;
  /** Loads and constructs it. Runs once, at its start. */
  create(): Instrumentation;
}

/** What the module hooks ask and tell. */
export interface LazyInstrumentations {
  /** Must be called before a module of `owner` is loaded; activates what waits for it. Returns whether anything did. */
  beforeLoad(owner: string): boolean;
  /** Activates one that has no module to wait for, if the options left it on; returns it. */
  activate(name: string): Instrumentation | undefined;
  isActive(owner: string): boolean;
  /** Whether files of `owner` other than its entry are patched. */
  patchesFiles(owner: string): boolean;
  /** Names of the packages and builtins that something waits for. */
  waitingFor(): string[];
  /** Short names of the instrumentations that were loaded, in that order. */
  active(): string[];
}

/** Keeps instrumentations until their target is loaded; `register` connects a new one to the providers. */
export function createLazyInstrumentations(
  instrumentations: readonly LazyInstrumentation[],
  register: (instrumentation: Instrumentation, name: string) => void,
): LazyInstrumentations {
  const waiting = new Map<string, LazyInstrumentation[]>();
  for (const each of instrumentations) {
    for (const module of each.modules) waiting.set(module, [...(waiting.get(module) ?? []), each]);
  }
  const activated = new Map<LazyInstrumentation, Instrumentation | undefined>();
  const activeOwners = new Set<string>();
  const ownersWithFiles = new Set(instrumentations.flatMap(({ withFiles }) => withFiles));

  const activate = (lazy: LazyInstrumentation) => {
    if (activated.has(lazy)) return activated.get(lazy);
    activated.set(lazy, undefined); // loading it may load what it waits for
    try {
      const instrumentation = lazy.create();
      activated.set(lazy, instrumentation);
      register(instrumentation, lazy.name);
    } catch (error) {
      const message = `the instrumentation ${lazy.name} could not be loaded, its spans are missing`;
      reportOnce(`instrumentation ${lazy.name}`, `${message}: ${describeError(error)}`);
    }
    return activated.get(lazy);
  };

  return {
    beforeLoad(owner) {
      const due = waiting.get(owner);
      if (due === undefined) return false;
      waiting.delete(owner);
      activeOwners.add(owner);
      for (const lazy of due) activate(lazy);
      return true;
    },
    activate(name) {
      const lazy = instrumentations.find((each) => each.name === name);
      return lazy && activate(lazy);
    },
    isActive: (owner) => activeOwners.has(owner),
    patchesFiles: (owner) => ownersWithFiles.has(owner),
    waitingFor: () => [...waiting.keys()],
    active: () => [...activated.keys()].map(({ name }) => name),
  };
}
