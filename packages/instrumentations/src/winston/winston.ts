import { guard } from '@clew/diagnostics';
import type { TraceFields } from '@clew/logs';
import { severityOfName } from '@clew/logs/severity';
import { context, type Context } from '@opentelemetry/api';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';

import { exportsOf } from '../exports-of.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { createLineObserver, type LineObserver } from '../lines/line-observer.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { replaceMethod } from '../replace-method.ts';
import { fieldsToAdd } from '../lines/trace-ids.ts';
import { VERSION } from '../version.ts';
import { levelOf, readWinstonInfo, type WinstonInfo } from './winston-info.ts';
import { whileWritingLine } from '../lines/writing-line.ts';

/** The parts of a winston logger, a stream of objects, through which a line goes in this order. */
interface WinstonLogger {
  /** Gets what was logged, in the caller's context. */
  write(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): boolean;
  /** Formats it, at once or when the transports have caught up. */
  _transform(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): void;
  /** Gets what the format made of it, or something falsy where that dropped it; hands it to the transports. */
  push(this: WinstonLogger, info: WinstonInfo | null | false, ...rest: unknown[]): boolean;
  isLevelEnabled(this: WinstonLogger, level: string): boolean;
}

interface WinstonExports {
  readonly Logger: { readonly prototype: WinstonLogger };
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
    const { Logger, transports } = exportsOf(exports, 'Logger');
    const observer = createLineObserver('winston', this.getConfig(), () => this.logger);
    const lines: LinesInWork = { contexts: new WeakMap(), formatting: undefined };
    const isEnabled = () => this.isEnabled();
    const isCorrelated = () => isEnabled() && this.getConfig().disableLogCorrelation !== true;

    replaceMethod(Logger.prototype, 'write', (write) => writeInContext(write, lines, isCorrelated));
    replaceMethod(Logger.prototype, '_transform', (transform) => transformInContext(transform, lines));
    replaceMethod(Logger.prototype, 'push', (push) => {
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

/** winston formats a line at once or when its transports have caught up, and then in another context. */
interface LinesInWork {
  readonly contexts: WeakMap<WinstonInfo, Context>;
  /** The context of the line whose format runs. */
  formatting: Context | undefined;
}

function writeInContext(write: WinstonLogger['write'], lines: LinesInWork, isCorrelated: () => boolean) {
  return function writeCorrelated(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): boolean {
    if (typeof info !== 'object' || info === null) return write.call(this, info, ...rest);
    return withFields(info, isCorrelated() ? fieldsToAdd(info) : undefined, (line) => {
      lines.contexts.set(line, context.active());
      return write.call(this, line, ...rest);
    });
  };
}

function transformInContext(transform: WinstonLogger['_transform'], lines: LinesInWork) {
  return function transformOf(this: WinstonLogger, info: WinstonInfo, ...rest: unknown[]): void {
    const outer = lines.formatting; // a format may log
    lines.formatting = lines.contexts.get(info);
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
  if (!observer.wants(severityNumber)) return;
  const isTaken = guard('asking winston for its levels', false, () => logger.isLevelEnabled(severityText));
  if (isTaken) observer.observe(() => readWinstonInfo(info, { severityNumber, severityText, context: of }));
}

/** Uses a copy with the fields: what is logged is the application's own object. */
function withFields<T>(info: WinstonInfo, fields: TraceFields | undefined, use: (line: WinstonInfo) => T): T {
  if (fields === undefined) return use(info);
  if (!(info instanceof Error)) return use(guard('adding trace fields to a line', info, () => copyWith(info, fields)));
  Object.assign(info, fields); // a copy would be no error; winston itself writes the level to it
  try {
    return use(info);
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(info, name);
  }
}

function copyWith(info: WinstonInfo, fields: TraceFields): WinstonInfo {
  return Object.assign(Object.create(Object.getPrototypeOf(info) as object | null) as WinstonInfo, info, fields);
}
