import { setOptions, traceJobs, traceSilence } from '@clew/queues/pg-boss/internal';
import type { PgBossOptions } from '@clew/queues/pg-boss';
import { guard } from '@clew/diagnostics';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

/** Options of `tracedPgBoss`, for every instance that was not traced by hand. */
export interface PgBossConfig extends InstrumentationConfig, PgBossOptions {}

type PgBossClass = new (...options: unknown[]) => object;
interface PgBossExports {
  PgBoss: PgBossClass;
}

/** Classes that were made to propagate, to themselves: both module systems meet them. */
const propagating = new WeakMap<PgBossClass, PgBossClass>();

/**
 * Traces the jobs of pg-boss, as `tracedPgBoss` of `@clew/queues/pg-boss` does for one instance; from 12.38 on by its own
 * option `openTelemetry`, which keeps what you set there. What it asks the database on its own makes no spans.
 */
export class PgBossInstrumentation extends InstrumentationBase<PgBossConfig> {
  constructor(config: PgBossConfig = {}) {
    super('@clew/instrumentations/pg-boss', VERSION, config);
  }

  protected override init(): ModuleDefinition[] {
    const options = () => (this.isEnabled() ? this.getConfig() : undefined);
    const quieten = ({ PgBoss: { prototype } }: PgBossExports) => {
      setOptions(prototype as object, options);
      traceSilence(prototype as object);
    };
    const traceOlder = (exports: PgBossExports) =>
      guard('instrumenting pg-boss', exports, () => {
        quieten(exports);
        traceJobs(exports.PgBoss.prototype as object);
        return exports;
      });
    const configure = (exports: PgBossExports) =>
      guard('instrumenting pg-boss', exports, () => {
        quieten(exports);
        return withPgBoss(
          exports,
          propagatingClass(exports.PgBoss, () => options() !== undefined),
        );
      });
    return [
      new InstrumentationNodeModuleDefinition('pg-boss', ['>=12 <12.38'], traceOlder, () => undefined),
      new InstrumentationNodeModuleDefinition('pg-boss', ['>=12.38 <13'], configure, () => undefined),
    ];
  }
}

/** The class in every respect, whose instances put the context on jobs, unless their options say something else. */
function propagatingClass(original: PgBossClass, isOn: () => boolean): PgBossClass {
  const known = propagating.get(original);
  if (known !== undefined) return known;
  const wrapped = new Proxy(original, {
    construct(target, [options, ...others], newTarget) {
      const given = guard('configuring pg-boss', options, () => (isOn() ? withPropagation(options) : options));
      return Reflect.construct(target, [given, ...others], newTarget) as object;
    },
  });
  propagating.set(original, wrapped).set(wrapped, wrapped);
  // Applications compare it, and look up by it.
  Object.defineProperty(original.prototype, 'constructor', { value: wrapped });
  return wrapped;
}

function withPropagation(options: unknown): unknown {
  const given = typeof options === 'string' ? { connectionString: options } : options;
  if (typeof given !== 'object' || given === null) return options;
  const { openTelemetry } = given as { openTelemetry?: object | null };
  return { ...given, openTelemetry: { propagateContext: true, ...openTelemetry } };
}

function withPgBoss(exports: PgBossExports, PgBoss: PgBossClass): PgBossExports {
  if (Reflect.set(exports, 'PgBoss', PgBoss)) return exports;
  // The namespace of an ES module that was required cannot be written to: give a copy.
  const copy = { ...Object.getOwnPropertyDescriptors(exports), PgBoss: { value: PgBoss, enumerable: true } };
  return Object.create(Object.getPrototypeOf(exports) as object | null, copy) as PgBossExports;
}
