import { guard } from '@clew/diagnostics';
import { trace, type Span } from '@opentelemetry/api';

import { boundNames } from './fields/bound-names.ts';
import { isCorrelated, markCorrelated } from './fields/correlated-mark.ts';
import type { FieldPlan } from './fields/field-plan.ts';
import type { PinoSymbols } from './pino-symbols.ts';
import { hasOwnOf, isPlain, withFields } from './fields/with-fields.ts';

/** A pino logger by the symbols of its parts. */
type PinoLogger = Record<symbol, unknown>;

/** pino's last step: the line, from the object with everything mixed in and the JSON of the time. */
type AsJson = (this: PinoLogger, line: object, message: unknown, level: number, time: string) => string;

/** Parts of a logger's configuration that decide how fields can be written. */
interface Manner {
  readonly bindings: unknown;
  /** Fields that its bindings have. */
  readonly bound: ReadonlySet<string>;
  /** Whether nothing of the user's looks at the fields: no redaction, serializer or formatter. */
  readonly takesText: boolean;
}

/**
 * Has a logger and its children write the fields of the active span. They go into the line as text, at a fraction of
 * what pino takes for a property, or, where redaction, a serializer or a formatter is to see them, into a copy of the
 * object. No more than the line changes: mixin and merge strategy are not involved.
 */
export function correlateLines(logger: PinoLogger, symbols: PinoSymbols, plan: FieldPlan): void {
  const original = logger[symbols.asJson] as AsJson;
  if (isCorrelated(original)) return;
  const mannerOf = cacheManners(symbols, plan);

  const addition = (self: PinoLogger, line: object, span: Span): string | object | undefined => {
    const { bound, takesText } = mannerOf(self);
    if (bound.size > 0 && plan.idNames.some((name) => bound.has(name))) return undefined;
    if (takesText && !hasOwnOf(line, plan.names)) return plan.json(span);
    if (hasLogFormatter(self[symbols.formatters]) && !isPlain(line)) return undefined; // it may count on the class
    const fields = plan.fields(span);
    if (fields === undefined) return undefined;
    for (const name of bound) delete fields[name];
    return withFields(line, fields, plan);
  };

  const asJson: AsJson = function (line, message, level, time) {
    const span = trace.getActiveSpan();
    if (span === undefined) return original.call(this, line, message, level, time);
    const added = guard('adding trace fields to a log line', undefined, () => addition(this, line, span));
    if (typeof added === 'string') return original.call(this, line, message, level, time + added);
    return original.call(this, added ?? line, message, level, time);
  };
  logger[symbols.asJson] = markCorrelated(asJson);
}

function cacheManners(symbols: PinoSymbols, { names }: FieldPlan): (logger: PinoLogger) => Manner {
  const seen = new WeakMap<PinoLogger, Manner>();
  return (logger) => {
    const bindings = logger[symbols.chindings];
    const known = seen.get(logger);
    if (known !== undefined && known.bindings === bindings) return known; // setBindings() replaces the text
    const bound = boundNames(String(bindings), names);
    const manner = { bindings, bound, takesText: bound.size === 0 && !looksAtFields(logger, symbols, names) };
    seen.set(logger, manner);
    return manner;
  };
}

function looksAtFields(logger: PinoLogger, symbols: PinoSymbols, names: readonly string[]): boolean {
  const serializers = logger[symbols.serializers] as object;
  const redactions = logger[symbols.stringifiers] as object;
  return (
    hasLogFormatter(logger[symbols.formatters]) ||
    hasWildcard(redactions) ||
    names.some((name) => name in serializers || name in redactions)
  );
}

function hasLogFormatter(formatters: unknown): boolean {
  return typeof (formatters as { log?: unknown } | undefined)?.log === 'function';
}

function hasWildcard(redactions: object): boolean {
  return Object.getOwnPropertySymbols(redactions).some(({ description }) => description === 'pino.wildcardFirst');
}
