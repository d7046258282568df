import { context, trace, type Context } from '@opentelemetry/api';

import { planFields, type FieldPlan, type TraceFields, type TraceFieldsOptions } from './field-plan.ts';

// A cache: a second copy of this module makes plans of its own that give the same fields.
const plans = new WeakMap<TraceFieldsOptions, FieldPlan>();
const DEFAULT_OPTIONS: TraceFieldsOptions = {};

/**
 * The fields by which a log line finds its trace, for a logger that has no adapter here. By default those that
 * OpenTelemetry names outside OTLP, `trace_id`, `span_id` (lowercase hex, 32 and 16 digits) and `trace_flags` (two hex
 * digits, `01` is sampled).
 *
 * @param options kept in a constant: the first call with an object works out what later ones use
 * @param from the context to read the span from; by default the active one
 * @returns a new object, or `undefined` where there is no valid span
 * @throws {FieldOptionsError} if the options are mistaken
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export function traceFields(
  options: TraceFieldsOptions = DEFAULT_OPTIONS,
  from: Context = context.active(),
): TraceFields | undefined {
  const span = trace.getSpan(from);
  let plan = plans.get(options);
  if (plan === undefined) plans.set(options, (plan = planFields(options)));
  return span && plan.fields(span);
}
