import { context, INVALID_TRACEID, SeverityNumber, trace } from '@opentelemetry/api';

import type { HeldSink } from './held-queue.ts';
import { greatestHeldSeverity, isHoldLevel, lineLevel, type HoldLevel } from './line-level.ts';
import { markHeld } from './mark-held.ts';
import { heldLogs } from './shared-held-logs.ts';

/** Destination of a logger's lines: a stream, `pino.destination()`, a transport. */
export interface LineDestination {
  write(line: string, ...rest: never[]): unknown;
  flushSync?(): void;
}

export interface HoldLinesOptions {
  /** Lines of this level and below wait for the verdict on their trace. Default: `debug`. */
  readonly level?: HoldLevel;
  /** The key under which a line has its level, as pino's number or as a name. Default: `level`. */
  readonly levelKey?: string;
}

/**
 * Returns the destination with a `write` that holds what is logged below a level inside a trace. When an error happens
 * in that trace the lines are written after all, in order, each with `"held":true`; when the trace ends without one
 * they are discarded. What is above the level, outside of a trace, or not a line of JSON, is written at once.
 *
 * Somebody must judge: `@clew/sdk` with the option `logs.hold`, or `judgeByErrors()` among the span processors of
 * another SDK. Until then everything is written at once.
 *
 * @throws {TypeError} if the destination cannot be written to, or an option is mistaken
 * @example
 * const log = pino({ level: 'debug' }, holdLines(pino.destination(1)));
 */
export function holdLines<Destination extends LineDestination>(
  destination: Destination,
  { level = 'debug', levelKey = 'level' }: HoldLinesOptions = {},
): Destination {
  if (typeof destination?.write !== 'function') throw new TypeError('holdLines: the destination has no write()');
  if (!isHoldLevel(level)) throw new TypeError(`holdLines: level is ${describe(level)}, expected trace, debug or info`);
  if (typeof levelKey !== 'string')
    throw new TypeError(`holdLines: levelKey is ${describe(levelKey)}, expected a string`);
  const greatestHeld = greatestHeldSeverity(level);
  const key = `${JSON.stringify(levelKey)}:`;
  const sink: HeldSink<string> = {
    release: (line) => void destination.write(markHeld(line)),
    flush: () => destination.flushSync?.(),
  };

  function write(line: string, ...rest: never[]): unknown {
    return isHeld(line) ? true : destination.write(line, ...rest);
  }

  function isHeld(line: unknown): boolean {
    const traceId = activeTraceId();
    if (traceId === undefined || typeof line !== 'string') return false;
    const severity = lineLevel(line, key);
    if (severity === undefined) return false;
    if (severity >= SeverityNumber.ERROR) heldLogs().keep(traceId);
    return severity <= greatestHeld && heldLogs().hold(traceId, line, Buffer.byteLength(line), sink);
  }

  return replaceWrite(destination, write);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value;
}

/** The id of the trace that is active where this is called, sampled or not. */
export function activeTraceId(): string | undefined {
  const traceId = trace.getSpanContext(context.active())?.traceId;
  return traceId === INVALID_TRACEID ? undefined : traceId;
}

/** Methods run on the destination itself, which may have private fields. */
function replaceWrite<Destination extends LineDestination>(
  destination: Destination,
  write: LineDestination['write'],
): Destination {
  const bound = new WeakMap<object, unknown>();
  const bind = (method: (...all: never[]) => unknown) => {
    const known = bound.get(method) ?? method.bind(destination);
    bound.set(method, known);
    return known;
  };
  return new Proxy(destination, {
    get(target, name) {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? bind(value as () => unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}
