import { guard } from '@clew/diagnostics';
import { greatestHeldSeverity } from '@clew/logs/hold/internal';
import { correlate } from '@clew/logs/pino';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';
import type { LoggerOptions, pino } from 'pino';

import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { createLineObserver } from '../lines/line-observer.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { tapPino } from './pino-tap.ts';
import { VERSION } from '../version.ts';

type Factory = typeof pino;

/** What `require` gives, a function, or `import`: a namespace that has the function under several names. */
type PinoExports = Factory | Record<string, unknown>;

/**
 * Puts the trace ids of the active span on every line of every pino logger, as `correlate()` of `@clew/logs/pino` does
 * for one logger; a logger that is correlated already is left as it is. Where a logger provider is registered each line
 * becomes a log record too.
 */
export class PinoInstrumentation extends InstrumentationBase<LoggerConfig> {
  constructor(config: LoggerConfig = {}) {
    super('@clew/instrumentations/pino', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    const config = this.getConfig(); // what it is made with: a logger is patched once
    const observer = createLineObserver('pino', config, () => this.logger);
    const wrap = wrapOnce((logger, symbols) => {
      if (!this.isEnabled()) return;
      if (config.disableLogCorrelation !== true) correlateLogger(logger, symbols);
      tapPino(logger, symbols, observer, greatestHeldSeverity(config.hold));
    });
    const patch = (exports: PinoExports) => guard('instrumenting pino', exports, () => patchExports(exports, wrap));
    return new InstrumentationNodeModuleDefinition('pino', ['>=8 <11'], patch);
  }
}

function patchExports(exports: PinoExports, wrap: (factory: Factory) => Factory): PinoExports {
  if (typeof exports === 'function') return wrap(exports);
  const factory = exports['default'] as Factory;
  for (const name of Object.keys(exports)) {
    if (exports[name] === factory) exports[name] = wrap(factory);
  }
  return exports;
}

type Symbols = Readonly<Record<string, symbol>>;
type PatchLogger = (logger: object, symbols: Symbols) => void;

/** Both module systems meet the same function, in any order, and get the same one instead. */
function wrapOnce(patchLogger: PatchLogger): (factory: Factory) => Factory {
  const wrappers = new WeakMap<Factory, Factory>();
  return (factory) => {
    const wrapped = wrappers.get(factory) ?? wrapFactory(factory, patchLogger);
    wrappers.set(factory, wrapped).set(wrapped, wrapped);
    return wrapped;
  };
}

/** The factory in every respect, name and length and statics; `pino.default` and `pino.pino` are the wrapper itself. */
function wrapFactory(factory: Factory, patchLogger: PatchLogger): Factory {
  const symbols = factory.symbols as unknown as Symbols;
  const patched = <Logger extends object>(logger: Logger): Logger => {
    guard('instrumenting a pino logger', undefined, () => patchLogger(logger, symbols));
    return logger;
  };
  const wrapped: Factory = new Proxy(factory, {
    apply: (target, self, options) => patched(Reflect.apply(target, self, options) as object),
    construct: (target, options, newTarget) => patched(Reflect.construct(target, options, newTarget) as object),
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      return value === target ? wrapped : value;
    },
  });
  return wrapped;
}

/** Works on the finished logger: the factory's own reading of its arguments, of six shapes, stays its own. */
function correlateLogger(logger: object, symbols: Symbols): void {
  const { mixinSym, mixinMergeStrategySym, formattersSym } = symbols;
  if (mixinSym === undefined || mixinMergeStrategySym === undefined || formattersSym === undefined) return;
  const options = {
    mixin: Reflect.get(logger, mixinSym),
    mixinMergeStrategy: Reflect.get(logger, mixinMergeStrategySym),
    formatters: Reflect.get(logger, formattersSym),
  } as LoggerOptions;
  const { mixin, mixinMergeStrategy } = correlate(options);
  Object.assign(logger, { [mixinSym]: mixin, [mixinMergeStrategySym]: mixinMergeStrategy });
}
