import { guard } from '@clew/diagnostics';
import { severityOfName } from '@clew/logs/severity';
import { correlate } from '@clew/logs/winston';
import { context, type Context } from '@opentelemetry/api';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';

import { exportsOf } from '../exports-of.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { createLineObserver, type LineObserver } from '../lines/line-observer.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { replaceMethod } from '@clew/spans/internal';
import { VERSION } from '../version.ts';
import { exceptionOfInfo, levelOf, readWinstonInfo, type WinstonInfo } from './winston-info.ts';
import { whileWritingLine } from '../lines/writing-line.ts';

/** The parts of a winston logger, a stream of objects, through which a line goes in this order. */
interface WinstonLogger {
  /** Gets what was logged, in the caller's context. */
  write(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): boolean;
  /** Formats it, at once or when the transports have caught up. */
  _transform(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): void;
  /** Gets what the format made of it, or something falsy where that dropped it; hands it to the transports. */
  push(this: WinstonLogger, info: WinstonInfo | null | false, ...rest: unknown[]): boolean;
  /** An old version has none. */
  isLevelEnabled?(this: WinstonLogger, level: string): boolean;
}

interface WinstonExports {
  readonly Logger: { readonly prototype?: WinstonLogger };
  createLogger(options: { readonly silent: true }): WinstonLogger;
  readonly transports: { readonly Console: { readonly prototype: { log(this: object, ...all: unknown[]): unknown } } };
}

/**
 * Puts the trace ids of the active span on every line of every winston logger. Where a logger provider is registered
 * each line that one of the logger's transports takes becomes a log record too.
 */
export class WinstonInstrumentation extends InstrumentationBase<LoggerConfig> {
  constructor(config: LoggerConfig = {}) {
    super('@clew/instrumentations/winston', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    return new InstrumentationNodeModuleDefinition('winston', ['>=3 <4'], (exports: WinstonExports) => {
      guard('instrumenting winston', undefined, () => this.#patch(exports));
      return exports;
    });
  }

  #patch(exports: WinstonExports): void {
    const { Logger, createLogger, transports } = exportsOf(exports, 'Logger');
    const prototype = Logger.prototype ?? prototypeOf(createLogger({ silent: true }));
    const observer = createLineObserver(
      'winston',
      () => this.getConfig(),
      () => this.logger,
    );
    const lines: LinesInWork = { contexts: new WeakMap(), formatting: undefined };
    const isEnabled = () => this.isEnabled();
    const addFields = correlate() as { transform(info: WinstonInfo): WinstonInfo };
    const correlateLine: Correlate = (info) => {
      return isEnabled() && this.getConfig().disableLogCorrelation !== true ? addFields.transform(info) : info;
    };

    replaceMethod(prototype, 'write', (write) => writeInContext(write, lines, correlateLine, observer));
    replaceMethod(prototype, '_transform', (transform) => transformInContext(transform, lines));
    replaceMethod(prototype, 'push', (push) => {
      return function pushObserved(info, ...rest) {
        const of = lines.formatting;
        if (of !== undefined && info && isEnabled()) observe(observer, this, info, of);
        return whileWritingLine(() => push.call(this, info, ...rest));
      };
    });
    replaceMethod(transports.Console.prototype, 'log', (log) => {
      return function logOnce(...all) {
        return whileWritingLine(() => log.apply(this, all)); // it may go through `console`, and later than `push`
      };
    });
  }
}

/** The prototype that all loggers inherit. Before 3.11 winston exports a function without a prototype as `Logger`. */
function prototypeOf(logger: WinstonLogger): WinstonLogger {
  return Object.getPrototypeOf(Object.getPrototypeOf(logger)) as WinstonLogger; // each logger has a class of its own
}

/**
 * Lines that were written and have no format yet: winston formats a line at once or when its transports have caught up,
 * and then in another context. By line, the contexts of its calls: an object may be logged again meanwhile.
 */
interface LinesInWork {
  readonly contexts: WeakMap<WinstonInfo, Context[]>;
  /** The context of the line whose format runs. */
  formatting: Context | undefined;
}

/** Makes a line of what was logged, with the fields: a copy, or where a copy will not do the object itself. */
type Correlate = (info: WinstonInfo) => WinstonInfo;

function writeInContext(
  write: WinstonLogger['write'],
  lines: LinesInWork,
  correlateLine: Correlate,
  observer: LineObserver,
) {
  return function writeCorrelated(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): boolean {
    if (typeof info !== 'object' || info === null) return write.call(this, info, ...rest);
    const line = correlateLine(info);
    const of = context.active();
    lines.contexts.set(line, [...(lines.contexts.get(line) ?? []), of]);
    const result = write.call(this, line, ...rest);
    if (lines.contexts.has(line)) markAtOnce(observer, this, info, of);
    return result;
  };
}

/** Marks the span of a line that waits for its format: the span may have ended by then. */
function markAtOnce(observer: LineObserver, logger: WinstonLogger, info: WinstonInfo, of: Context): void {
  const severity = severityOfName(levelOf(info));
  if (!observer.wants(severity) || !isTaken(logger, info)) return;
  observer.mark(severity, of, () => exceptionOfInfo(info));
}

function transformInContext(transform: WinstonLogger['_transform'], lines: LinesInWork) {
  return function transformOf(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): void {
    const outer = lines.formatting; // a format may log
    const [of, ...later] = lines.contexts.get(info) ?? [];
    lines.formatting = of;
    if (later.length > 0) lines.contexts.set(info, later);
    else lines.contexts.delete(info);
    try {
      transform.call(this, info, ...rest);
    } finally {
      lines.formatting = outer;
    }
  };
}

function observe(observer: LineObserver, logger: WinstonLogger, info: WinstonInfo, of: Context): void {
  const severityText = levelOf(info);
  const severityNumber = severityOfName(severityText);
  if (!observer.wants(severityNumber) || !isTaken(logger, info)) return;
  observer.observe(() => readWinstonInfo(info, { severityNumber, severityText, context: of }));
}

function isTaken(logger: WinstonLogger, info: WinstonInfo): boolean {
  return guard('asking winston for its levels', false, () => logger.isLevelEnabled?.(levelOf(info)) ?? true);
}
