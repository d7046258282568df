import { guard } from '@clew/diagnostics';
import { trace } from '@opentelemetry/api';
import type { Logform, Logger } from 'winston';

import { isCorrelated, markCorrelated } from './fields/correlated-mark.ts';
import { planFields, type FieldPlan, type TraceFieldsOptions } from './fields/field-plan.ts';
import { errorWithFields, isError } from './fields/error-with-fields.ts';
import { isPlain, withFields } from './fields/with-fields.ts';

/**
 * A winston format that adds `trace_id`, `span_id` and `trace_flags` of the active span to every record. It stands
 * before the format that makes the text (`json()`, `printf()`) and after `errors()`. Records are copied, not written to.
 *
 * winston formats a record later, in whatever context that is, while a transport holds it up; see `correlateLogger`.
 *
 * @throws {FieldOptionsError} if the options are mistaken
 * @example
 * const log = createLogger({ format: format.combine(correlate(), format.json()), transports });
 */
export function correlate(options: TraceFieldsOptions = {}): Logform.Format {
  const plan = planFields(options);
  return { transform: (info) => addFields(info, plan) };
}

/**
 * Has a winston logger and its children add the fields in the log call itself, before any format: they are right even
 * where a slow transport holds the logger up. Correlating twice is correlating once.
 *
 * @returns the logger
 * @throws {FieldOptionsError} if the options are mistaken
 */
export function correlateLogger<L extends Logger>(logger: L, options: TraceFieldsOptions = {}): L {
  const plan = planFields(options);
  if (isCorrelated(logger)) return logger;
  const original = logger.write as (this: Logger, ...args: unknown[]) => boolean;
  const write = function (this: Logger, info: unknown, ...more: unknown[]): boolean {
    return original.call(this, addFields(info, plan), ...more);
  };
  return markCorrelated(Object.defineProperty(logger, 'write', { configurable: true, writable: true, value: write }));
}

function addFields<Info>(info: Info, plan: FieldPlan): Info {
  const span = trace.getActiveSpan();
  if (span === undefined || typeof info !== 'object' || info === null) return info;
  return guard('adding trace fields to a winston record', info, () => {
    const fields = plan.fields(span);
    if (fields === undefined) return info;
    if (isPlain(info)) return withFields(info, fields, plan);
    return isError(info) ? errorWithFields(info, fields, plan) : info; // a format may count on its class
  });
}
