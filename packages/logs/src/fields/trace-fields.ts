import { placeOfError, guard, reportOnce } from '@clew/diagnostics';
import { context, trace, type Context } from '@opentelemetry/api';

import { FieldOptionsError } from './field-layout.ts';
import { planFields, type FieldPlan, type TraceFields, type TraceFieldsOptions } from './field-plan.ts';

// A cache: a second copy of this module makes plans of its own that give the same fields.
const plans = new WeakMap<TraceFieldsOptions, FieldPlan>();
const DEFAULT_OPTIONS: TraceFieldsOptions = {};

/**
 * The fields by which a log line finds its trace, for a logger that has no adapter here. By default those that
 * OpenTelemetry names outside OTLP, `trace_id`, `span_id` (lowercase hex, 32 and 16 digits) and `trace_flags` (two hex
 * digits, `01` is sampled).
 *
 * It runs inside a log call and never throws: mistaken options are named on stderr once, and the default fields returned.
 *
 * @param options kept in a constant: the first call with an object works out what later ones use
 * @param from the context to read the span from; by default the active one
 * @returns a new object, or `undefined` where there is no valid span
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export function traceFields(
  options: TraceFieldsOptions = DEFAULT_OPTIONS,
  from: Context = context.active(),
): TraceFields | undefined {
  return guard('finding the trace fields of a line', undefined, () => {
    const span = trace.getSpan(from);
    return span && planFor(options).fields(span);
  });
}

function planFor(options: TraceFieldsOptions): FieldPlan {
  const known = plans.get(options);
  if (known !== undefined) return known;
  const plan = planOrDefault(options);
  if (typeof options === 'object' && options !== null) plans.set(options, plan);
  return plan;
}

function planOrDefault(options: TraceFieldsOptions): FieldPlan {
  try {
    if (typeof options !== 'object') throw new FieldOptionsError(`expected an object, got a ${typeof options}`);
    return planFields(options);
  } catch (error) {
    const told = error instanceof FieldOptionsError ? error.message : placeOfError(error);
    reportOnce('options of traceFields', `invalid options for traceFields() (${told}); using the defaults`);
    return planFields();
  }
}
