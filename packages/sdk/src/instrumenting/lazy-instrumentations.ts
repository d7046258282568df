import { describeError, guard, reportOnce } from '@clew/diagnostics';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { reportRefusedModule } from '../otel/refused-module.ts';
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

/** A patch that waits for its modules as instrumentations do, and is none: nothing turns it off, nobody is told of it. */
export interface HiddenPatch {
  readonly modules: readonly string[];
  /** Runs once, before the first of the modules is loaded. */
  patch(): void;
}

/** Instrumentations that wait for their target, as the module hooks use them. */
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

/**
 * Keeps instrumentations until their target is loaded; `register` connects a new one to the providers.
 *
 * A module that an instrumentation loads itself may be a target too, as `fs` is: its instrumentation is active from the
 * end of that loading on, when `patchLoaded` is called with the module.
 */
export function createLazyInstrumentations(
  instrumentations: readonly LazyInstrumentation[],
  register: (instrumentation: Instrumentation, name: string) => void,
  patchLoaded: (owner: string) => void = () => {},
  hidden: readonly HiddenPatch[] = [],
): LazyInstrumentations {
  const waiting = byModule([...instrumentations, ...hidden.map(atMostOnce)]);
  const activated = new Map<LazyInstrumentation, Instrumentation | undefined>();
  const activeOwners = new Set<string>();
  const ownersWithFiles = new Set(instrumentations.flatMap(({ withFiles }) => withFiles));
  let isLoading = false;
  const loadedMeanwhile = new Set<string>();

  const activate = (lazy: LazyInstrumentation) => {
    if (activated.has(lazy)) return activated.get(lazy);
    activated.set(lazy, undefined);
    const isOutermost = !isLoading;
    isLoading = true;
    activated.set(lazy, create(lazy, register));
    if (isOutermost) isLoading = false;
    if (isOutermost) catchUp();
    return activated.get(lazy);
  };

  function catchUp(): void {
    for (const owner of loadedMeanwhile) {
      loadedMeanwhile.delete(owner);
      if (beforeLoad(owner)) patchLoaded(owner);
    }
  }

  function beforeLoad(owner: string): boolean {
    const due = waiting.get(owner);
    if (due === undefined) return false;
    if (isLoading) {
      loadedMeanwhile.add(owner); // an instrumentation of it would find half-loaded what all of them extend
      return false;
    }
    waiting.delete(owner);
    activeOwners.add(owner);
    for (const each of due) {
      if ('create' in each) activate(each);
      else guard(`patching ${owner}`, undefined, each.patch);
    }
    return true;
  }

  return {
    beforeLoad,
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

function create(
  lazy: LazyInstrumentation,
  register: (instrumentation: Instrumentation, name: string) => void,
): Instrumentation | undefined {
  let instrumentation: Instrumentation | undefined;
  try {
    instrumentation = lazy.create();
    register(instrumentation, lazy.name);
  } catch (error) {
    if (reportRefusedModule(error)) return instrumentation;
    const message = `the instrumentation ${lazy.name} could not be loaded, its spans are missing`;
    reportOnce(`instrumentation ${lazy.name}`, `${message}: ${describeError(error)}`);
  }
  return instrumentation;
}

/** It waits for several modules, of which the first calls it. */
function atMostOnce({ modules, patch }: HiddenPatch): HiddenPatch {
  let isDone = false;
  return {
    modules,
    patch() {
      if (isDone) return;
      isDone = true;
      patch();
    },
  };
}

function byModule<Waiting extends { readonly modules: readonly string[] }>(all: readonly Waiting[]) {
  const waiting = new Map<string, Waiting[]>();
  for (const each of all) {
    for (const module of each.modules) waiting.set(module, [...(waiting.get(module) ?? []), each]);
  }
  return waiting;
}
