import { guard } from '@clew/diagnostics';
import { trace } from '@opentelemetry/api';
import type { LoggerOptions } from 'pino';

import { isCorrelated, markCorrelated } from './fields/correlated-mark.ts';
import { planFields, type FieldPlan, type TraceFields, type TraceFieldsOptions } from './fields/field-plan.ts';
import { correlateLines } from './pino-lines.ts';
import { pinoSymbols } from './pino-symbols.ts';
import { withFields } from './fields/with-fields.ts';

type Mixin = NonNullable<LoggerOptions['mixin']>;
type MergeStrategy = NonNullable<LoggerOptions['mixinMergeStrategy']>;

/** The two options by which a logger reaches us, and those that the user gave for them. */
interface Foothold {
  readonly mixin: Mixin;
  readonly users: { readonly mixin: Mixin | undefined; readonly mixinMergeStrategy: MergeStrategy | undefined };
}

/**
 * Returns pino options that put `trace_id`, `span_id` and `trace_flags` of the active span on every line that is
 * written inside a span. The options given, and every object that is logged, are only read.
 *
 * A line that has one of these fields already, from the call, the user's `mixin` or a logger's bindings, is left as it
 * is. The user's `mixin` and `mixinMergeStrategy` get and give what they would without us, and what they throw is
 * thrown. Correlating twice is correlating once.
 *
 * @param fieldOptions other names, more fields
 * @throws {FieldOptionsError} if `fieldOptions` are mistaken
 * @example
 * const log = pino(correlate({ level: 'info' }));
 */
export function correlate<Options extends LoggerOptions>(
  options: Options = {} as Options,
  fieldOptions: TraceFieldsOptions = {},
): Options {
  const plan = planFields(fieldOptions);
  const { mixin, mixinMergeStrategy } = { ...options };
  if (isCorrelated(mixin) && isCorrelated(mixinMergeStrategy)) return options;
  if (isNoFunction(mixin) || isNoFunction(mixinMergeStrategy)) return options; // pino's to complain about

  const mergeMixin = mixinMergeStrategy || mergeLikePino;
  let pending: TraceFields | undefined; // from the mixin to the merge strategy: pino calls one right after the other

  const correlatedMixin: Mixin = (mergeObject, level, logger) => {
    const own = mixin ? mixin(mergeObject, level, logger) : {};
    const foothold = { mixin: correlatedMixin, users: { mixin, mixinMergeStrategy } };
    pending = guard('adding trace fields to a log line', undefined, () =>
      takeOver(logger, foothold, plan) ? undefined : activeFields(plan),
    );
    return own;
  };
  const correlatedMerge: MergeStrategy = (mergeObject, mixinObject) => {
    const fields = pending;
    pending = undefined;
    const line = !mixin && isEmpty(mixinObject) ? mergeObject : mergeMixin(mergeObject, mixinObject);
    if (fields === undefined) return line;
    return guard('adding trace fields to a log line', line, () => withFields(line, fields, plan));
  };

  const correlated = {
    ...options,
    mixin: markCorrelated(correlatedMixin),
    mixinMergeStrategy: markCorrelated(correlatedMerge),
  };
  // With its prototype: pino reads some options (`transport`) where a class or Object.create() put them.
  return Object.create(Object.getPrototypeOf(options) as object | null, Object.getOwnPropertyDescriptors(correlated));
}

/**
 * Gives the logger, at its first line, its own mixin back and correlates where a line costs less. It is the first time
 * that pino shows us the logger of these options, and not before 8.14: false there.
 */
function takeOver(logger: object | undefined, { mixin, users }: Foothold, plan: FieldPlan): boolean {
  const symbols = logger && pinoSymbols(logger);
  if (symbols === undefined) return false;
  let owner: Record<symbol, unknown> | null = logger as Record<symbol, unknown>; // a child has it from its parent
  while (owner !== null && !Object.hasOwn(owner, symbols.mixin)) owner = Object.getPrototypeOf(owner) as typeof owner;
  if (owner?.[symbols.mixin] !== mixin) return false;
  correlateLines(owner, symbols, plan);
  owner[symbols.mixin] = users.mixin;
  owner[symbols.mixinMergeStrategy] = users.mixinMergeStrategy;
  return true;
}

function activeFields(plan: FieldPlan): TraceFields | undefined {
  const span = trace.getActiveSpan();
  return span && plan.fields(span);
}

const mergeLikePino: MergeStrategy = (mergeObject, mixinObject) => Object.assign(mixinObject, mergeObject);

const isNoFunction = (option: unknown) => Boolean(option) && typeof option !== 'function';

function isEmpty(object: object): boolean {
  for (const _key in object) return false;
  return true;
}
