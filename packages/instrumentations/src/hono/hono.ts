import { guard } from '@clew/diagnostics';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import { observeRouter, type Router } from './hono-router.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

const SUPPORTED = ['>=4 <5'];

// Files of `hono/tiny` and `hono/quick` in the package, as an ES module and as CommonJS.
const PRESETS = ['tiny', 'quick'].flatMap((name) => [`hono/dist/preset/${name}.js`, `hono/dist/cjs/preset/${name}.js`]);

type HonoClass = new (...options: unknown[]) => { readonly router?: Router };
interface HonoExports {
  Hono: HonoClass;
}

/** The wrapped class to the one it wraps, for taking the patch back. */
const originals = new WeakMap<HonoClass, HonoClass>();

/**
 * Tells the span of each request which route of a Hono application handled it, and which error a handler threw. It
 * makes no spans of its own.
 */
export class HonoInstrumentation extends InstrumentationBase {
  constructor(config: InstrumentationConfig = {}) {
    super('@clew/instrumentations/hono', VERSION, config);
  }

  protected override init(): ModuleDefinition[] {
    const files = PRESETS.map((name) => new InstrumentationNodeModuleFile(name, SUPPORTED, patch, unpatch));
    return [new InstrumentationNodeModuleDefinition('hono', SUPPORTED, patch, unpatch, files)];
  }
}

function patch(exports: HonoExports): HonoExports {
  return guard('instrumenting Hono', exports, () =>
    originals.has(exports.Hono) ? exports : withHono(exports, wrapClass(exports.Hono)),
  );
}

function unpatch(exports: HonoExports): void {
  const original = originals.get(exports.Hono);
  if (original !== undefined) withHono(exports, original);
}

/** A class in every respect, name and statics and `instanceof` and subclasses: only what it constructs is observed. */
function wrapClass(original: HonoClass): HonoClass {
  const wrapped = new Proxy(original, {
    construct(target, options: unknown[], newTarget) {
      const app = Reflect.construct(target, options, newTarget) as InstanceType<HonoClass>;
      guard('observing a Hono application', undefined, () => app.router && observeRouter(app.router));
      return app;
    },
  });
  originals.set(wrapped, original);
  return wrapped;
}

function withHono(exports: HonoExports, Hono: HonoClass): HonoExports {
  if (Reflect.set(exports, 'Hono', Hono)) return exports;
  // CommonJS builds of some versions export getters that cannot be replaced: give a copy.
  const copy = { ...Object.getOwnPropertyDescriptors(exports), Hono: { value: Hono, enumerable: true } };
  return Object.create(Object.getPrototypeOf(exports) as object, copy) as HonoExports;
}
