import { context, type SeverityNumber } from '@opentelemetry/api';

import { guard } from '@clew/diagnostics';
import { activeTraceId } from '@clew/logs/hold/internal';
import { severityOfLevel } from '@clew/logs/severity';

import type { LineObserver } from '../lines/line-observer.ts';
import { readPinoLine, type PinoKeys } from './pino-line.ts';
import { tapStream, type PinoStream, type TappedStream } from './pino-stream.ts';
import { whileWritingLine } from '../lines/writing-line.ts';

/** Properties of a pino logger that are read. */
interface PinoLogger {
  readonly levels: { readonly labels: Readonly<Record<number, string>> };
}

/** pino's own function that makes a line and gives it to the stream. */
type Write = (this: PinoLogger, object: unknown, message: unknown, level: number) => void;

/** A line that pino is making. */
interface Unfinished {
  readonly severity: SeverityNumber;
  readonly label: string | undefined;
  /** Whether the observer wants it. */
  readonly isWanted: boolean;
}

// The preload and the application may each have an instrumentation.
const TAPPED: unique symbol = Symbol.for('clew.pino.tapped') as never;

/**
 * Sees the finished lines of a logger and of its children on their way to the stream, in the caller's context. The
 * stream gets what it would get without us, and what it throws is thrown; whoever else asks the logger for its stream
 * gets that very stream.
 *
 * @param symbols under which this copy of pino keeps the parts of a logger
 * @param greatestHeld is asked for each line: lines up to this severity wait for the verdict on their trace; 0 holds none
 */
export function tapPino(
  logger: object,
  symbols: Readonly<Record<string, symbol>>,
  observer: LineObserver,
  greatestHeld: () => SeverityNumber,
): void {
  const { writeSym, streamSym, messageKeySym, errorKeySym } = symbols;
  if (!writeSym || !streamSym || !messageKeySym || !errorKeySym || TAPPED in logger) return;

  const original = Reflect.get(logger, writeSym) as Write;
  const keys = { message: Reflect.get(logger, messageKeySym), error: Reflect.get(logger, errorKeySym) } as PinoKeys;
  const severityOf = rememberSeverities();
  let stream = Reflect.get(logger, streamSym) as PinoStream;
  let tapped = tapStream(stream, onLine);
  let current: Unfinished | undefined; // while there is one, pino finds our tap where the stream was

  function write(this: PinoLogger, object: unknown, message: unknown, level: number): void {
    const label = this.levels.labels[level];
    const severity = severityOf(level, label);
    const isWanted = observer.wants(severity);
    if (!isWanted && severity > greatestHeld()) return original.call(this, object, message, level);
    const outer = current; // a mixin may log
    current = { severity, label, isWanted };
    try {
      original.call(this, object, message, level);
    } finally {
      current = outer;
    }
  }

  function onLine(line: string): unknown {
    const { severity = 0, label, isWanted = false } = current ?? {};
    current = undefined; // the stream may log, or look at itself
    if (isWanted) {
      const known = { severityNumber: severity, severityText: label, context: context.active() };
      observer.observe(() => readPinoLine(line, keys, known));
    }
    const isHeld = severity <= greatestHeld() && guard('holding a line of pino', false, () => holdLine(tapped, line));
    return isHeld ? true : whileWritingLine(() => tapped.write(line));
  }

  Object.defineProperty(logger, TAPPED, { value: true });
  Object.defineProperty(logger, writeSym, { value: write, configurable: true, writable: true });
  Object.defineProperty(logger, streamSym, {
    get: () => (current === undefined ? stream : tapped.tap),
    set(replacement: PinoStream) {
      stream = replacement;
      tapped = tapStream(stream, onLine);
    },
    configurable: true,
    enumerable: true,
  });
}

function holdLine(stream: TappedStream, line: unknown): boolean {
  const traceId = activeTraceId();
  return traceId !== undefined && typeof line === 'string' && stream.hold(line, traceId);
}

/** Levels are few, and their severity is asked for with each line. */
function rememberSeverities(): typeof severityOfLevel {
  const known = new Map<number, SeverityNumber>();
  return (level, label) => {
    let severity = known.get(level);
    if (severity === undefined) known.set(level, (severity = severityOfLevel(level, label)));
    return severity;
  };
}
