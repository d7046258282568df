import { guard } from '@clew/diagnostics';
import { greatestHeldSeverity } from '@clew/logs/hold/internal';
import { correlate } from '@clew/logs/pino';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';
import type { LoggerOptions, pino } from 'pino';

import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { createLineObserver, type LineObserver } from '../lines/line-observer.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { tapPino } from './pino-tap.ts';
import { VERSION } from '../version.ts';

type Factory = typeof pino;

/** Loggers made while the instrumentation is disabled, of which there may be any number. */
const MAX_WAITING = 1000;

/** Exports of pino: `require` gives a function, `import` a namespace that has the function under several names. */
type PinoExports = Factory | Record<string, unknown>;

/**
 * Puts the trace ids of the active span on every line of every pino logger, as `correlate()` of `@clew/logs/pino` does
 * for one logger; a logger that is correlated already is left as it is. Where a logger provider is registered each line
 * becomes a log record too.
 *
 * Options and `enable()` and `disable()` take effect on loggers that are there already; but one that was made without
 * correlation stays without.
 */
export class PinoInstrumentation extends InstrumentationBase<LoggerConfig> {
  /** Patches the loggers that were made while this was disabled. Upstream's constructor calls `init` and `enable`. */
  declare private patchWaiting: (() => void) | undefined;

  constructor(config: LoggerConfig = {}) {
    super('@clew/instrumentations/pino', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    const config = () => this.getConfig();
    const isOn = () => this.isEnabled();
    const observer = whileOn(
      isOn,
      createLineObserver('pino', config, () => this.logger),
    );
    const patchLogger = (logger: object, symbols: Symbols) => {
      const isCorrelated = () => isOn() && config().disableLogCorrelation !== true;
      if (isCorrelated()) correlateLogger(logger, symbols, isCorrelated);
      tapPino(logger, symbols, observer, () => (isOn() ? greatestHeldSeverity(config().hold) : 0));
    };
    const waiting: [WeakRef<object>, Symbols][] = [];
    this.patchWaiting = () => {
      for (const [reference, symbols] of waiting.splice(0)) {
        const logger = reference.deref();
        if (logger !== undefined) guard('instrumenting a pino logger', undefined, () => patchLogger(logger, symbols));
      }
    };
    const wrap = wrapOnce((logger, symbols) => {
      if (isOn()) patchLogger(logger, symbols);
      else if (waiting.push([new WeakRef(logger), symbols]) > MAX_WAITING) waiting.shift();
    });
    const patch = (exports: PinoExports) => guard('instrumenting pino', exports, () => patchExports(exports, wrap));
    return new InstrumentationNodeModuleDefinition('pino', ['>=8 <11'], patch);
  }

  override enable(): void {
    super.enable();
    this.patchWaiting?.();
  }
}

function whileOn(isOn: () => boolean, observer: LineObserver): LineObserver {
  return { ...observer, wants: (severity) => isOn() && observer.wants(severity) };
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
function correlateLogger(logger: object, symbols: Symbols, when: () => boolean): void {
  const { mixinSym, mixinMergeStrategySym, formattersSym } = symbols;
  if (mixinSym === undefined || mixinMergeStrategySym === undefined || formattersSym === undefined) return;
  const options = {
    mixin: Reflect.get(logger, mixinSym),
    mixinMergeStrategy: Reflect.get(logger, mixinMergeStrategySym),
    formatters: Reflect.get(logger, formattersSym),
  } as LoggerOptions;
  const { mixin, mixinMergeStrategy } = correlate(options, { when });
  Object.assign(logger, { [mixinSym]: mixin, [mixinMergeStrategySym]: mixinMergeStrategy });
}
