import { formatWithOptions } from 'node:util';

import { guard } from '@clew/diagnostics';
import { trace, type Span } from '@opentelemetry/api';

import { isCorrelated, markCorrelated, unmarkCorrelated } from './fields/correlated-mark.ts';
import { FieldOptionsError } from './fields/field-layout.ts';
import { planFields, type FieldPlan, type TraceFieldsOptions } from './fields/field-plan.ts';

/** Which fields, and how they are written. */
export interface ConsoleOptions extends TraceFieldsOptions {
  /**
   * `json`: a line in a span becomes one line of JSON, `level`, `time`, `msg` and the fields. `suffix`: it stays as it
   * is, with `name=value` behind it. Default: a suffix where the console writes to a terminal, else JSON.
   */
  readonly format?: 'json' | 'suffix';
}

/** The methods that print by themselves; Node's others (`table`, `trace`, `count`) call these. */
type Level = 'debug' | 'info' | 'log' | 'warn' | 'error';
type Print = (...args: unknown[]) => void;
/** The text of a line with the fields of its span; `undefined` if it has none. */
type AddFields = (args: readonly unknown[], span: Span) => string | undefined;
/** Where Node's consoles keep their streams. */
type Streams = Partial<Record<'_stdout' | '_stderr', Partial<NodeJS.WriteStream>>>;

const FORMATS: ReadonlySet<unknown> = new Set([undefined, 'json', 'suffix']);
const LEVELS: readonly Level[] = ['debug', 'info', 'log', 'warn', 'error'];

/**
 * Has a console write the trace fields with all it prints inside a span. Outside spans it prints what it always does.
 * Correlating twice is correlating once.
 *
 * @param target by default the global console; each worker thread has its own
 * @returns a function that puts the methods back, and switches ours off where someone else has wrapped them since
 * @throws {FieldOptionsError} if the options are mistaken
 */
export function correlateConsole(options: ConsoleOptions = {}, target: Console = globalThis.console): () => void {
  const plan = planFields(options);
  if (!FORMATS.has(options.format)) throw new FieldOptionsError('format is unknown, expected json or suffix');
  if (isCorrelated(target)) return () => {};
  const restores = LEVELS.map((level) => replaceMethod(target, level, fieldAdder(target, level, plan, options.format)));
  markCorrelated(target);
  return () => {
    for (const restore of restores) restore();
    unmarkCorrelated(target);
  };
}

/** A proxy: name, length and whatever else the method has stay, and `this` is the caller's. */
function replaceMethod(target: Console, level: Level, addFields: AddFields): () => void {
  const original: Print = target[level];
  let isOn = true;
  const correlated = new Proxy(original, {
    apply(print, self, args: unknown[]) {
      const span = isOn ? trace.getActiveSpan() : undefined;
      if (span === undefined) return Reflect.apply(print, self, args);
      const text = guard('adding trace fields to a console line', undefined, () => addFields(args, span));
      return Reflect.apply(print, self, text === undefined ? args : [text]); // printed as it is: nothing follows it
    },
  });
  target[level] = correlated;
  return () => {
    isOn = false;
    if (target[level] === correlated) target[level] = original;
  };
}

function fieldAdder(target: Console, level: Level, plan: FieldPlan, format: ConsoleOptions['format']): AddFields {
  const name = level === 'warn' || level === 'error' ? '_stderr' : '_stdout';
  return (args, span) => {
    const stream = (target as Streams)[name];
    const isJson = format === undefined ? stream?.isTTY !== true : format === 'json';
    return isJson ? jsonLine(level, args, plan.json(span)) : suffixedLine(args, plan.fields(span), hasColors(stream));
  };
}

function jsonLine(level: Level, args: readonly unknown[], fields: string | undefined): string | undefined {
  if (fields === undefined) return undefined;
  const name = level === 'log' ? 'info' : level;
  const msg = JSON.stringify(formatWithOptions({}, ...args));
  return `{"level":"${name}","time":"${new Date().toISOString()}","msg":${msg}${fields}}`;
}

function suffixedLine(args: readonly unknown[], fields: object | undefined, colors: boolean): string | undefined {
  if (fields === undefined) return undefined;
  const suffix = Object.entries(fields).map(([name, value]) => ` ${name}=${textOf(value)}`);
  return formatWithOptions({ colors }, ...args) + suffix.join('');
}

function textOf(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}

/** As Node decides it for a console that leaves it at `auto`. */
function hasColors(stream: Partial<NodeJS.WriteStream> | undefined): boolean {
  return stream?.isTTY === true && (stream.getColorDepth === undefined || stream.getColorDepth() > 2);
}
