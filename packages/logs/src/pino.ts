import { guard } from '@clew/diagnostics';
import type { LoggerOptions } from 'pino';

import { bindingsBringOwnFields, bringsOwnFields } from './own-trace-fields.ts';
import { traceFields, type TraceFields } from './trace-fields.ts';

type Mixin = NonNullable<LoggerOptions['mixin']>;
type MergeStrategy = NonNullable<LoggerOptions['mixinMergeStrategy']>;

// The preload and the application have copies of this module; each must know the other's work.
const CORRELATED = Symbol.for('clew.logs.correlated');

/**
 * Returns pino options that put `trace_id`, `span_id` and `trace_flags` of the active span on every line that is
 * written inside a span. The options given, and every object that is logged, are only read.
 *
 * A line that has one of these fields already, from the call, the user's `mixin` or a logger's bindings, is left as it
 * is. The user's `mixin` and `mixinMergeStrategy` get and give what they would without us, and what they throw is
 * thrown. Correlating twice is correlating once.
 *
 * @example
 * const log = pino(correlate({ level: 'info' }));
 */
export function correlate<Options extends LoggerOptions>(options: Options = {} as Options): Options {
  const { mixin, mixinMergeStrategy } = { ...options };
  if (isCorrelated(mixin) && isCorrelated(mixinMergeStrategy)) return options;
  if (isNoFunction(mixin) || isNoFunction(mixinMergeStrategy)) return options; // pino's to complain about

  const mergeMixin = mixinMergeStrategy || mergeLikePino;
  const formatsLines = typeof options.formatters?.log === 'function';
  let pending: TraceFields | undefined; // from the mixin to the merge strategy: pino calls one right after the other

  const correlatedMixin: Mixin = (mergeObject, level, logger) => {
    const own = mixin ? mixin(mergeObject, level, logger) : {};
    pending = guard('finding the trace of a log line', undefined, () => fieldsFor(logger));
    return own;
  };
  const correlatedMerge: MergeStrategy = (mergeObject, mixinObject) => {
    const fields = pending;
    pending = undefined;
    const line = !mixin && isEmpty(mixinObject) ? mergeObject : mergeMixin(mergeObject, mixinObject);
    if (fields === undefined) return line;
    return guard('adding trace fields to a log line', line, () => addFields(line, fields, formatsLines));
  };

  const correlated = {
    ...options,
    mixin: markCorrelated(correlatedMixin),
    mixinMergeStrategy: markCorrelated(correlatedMerge),
  };
  // With its prototype: pino reads some options (`transport`) where a class or Object.create() put them.
  return Object.create(Object.getPrototypeOf(options) as object | null, Object.getOwnPropertyDescriptors(correlated));
}

function fieldsFor(logger: object | undefined): TraceFields | undefined {
  const fields = traceFields();
  return fields === undefined || bindingsBringOwnFields(logger) ? undefined : fields;
}

/** A copy of the line with the fields; the line itself where it has its own, or where a copy would not do. */
function addFields(line: object, fields: TraceFields, formatsLines: boolean): object {
  if (typeof line !== 'object' || line === null || bringsOwnFields(line)) return line;
  if (formatsLines && !isPlain(line)) return line; // the user's formatters.log may count on its class
  const copy: object & Partial<TraceFields> = { ...line };
  copy.trace_id = fields.trace_id; // one by one: pino reads the object of a second spread at half the speed
  copy.span_id = fields.span_id;
  copy.trace_flags = fields.trace_flags;
  return copy;
}

/** pino's default, only that it writes to a copy of the mixin's result, which may be frozen or shared. */
const mergeLikePino: MergeStrategy = (mergeObject, mixinObject) =>
  Object.assign(mixinObject && { ...mixinObject }, mergeObject);

const isNoFunction = (option: unknown) => Boolean(option) && typeof option !== 'function';

function isEmpty(object: object): boolean {
  for (const _key in object) return false;
  return true;
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function isCorrelated(option: unknown): boolean {
  return typeof option === 'function' && CORRELATED in option;
}

function markCorrelated<Option extends object>(option: Option): Option {
  return Object.defineProperty(option, CORRELATED, { value: true });
}
