import { guard } from '@clew/diagnostics';
import { trace } from '@opentelemetry/api';
import type Logger from 'bunyan';

import { isCorrelated, markCorrelated } from './fields/correlated-mark.ts';
import { planFields, type FieldPlan, type TraceFieldsOptions } from './fields/field-plan.ts';
import { withFields } from './fields/with-fields.ts';

/** Logger with a method that bunyan's types leave out: it makes a record of each call and emits it to every stream. */
interface EmittingLogger extends Logger {
  _emit(record: object, noEmit?: boolean): string | undefined;
}

/**
 * Has a bunyan logger and the children it makes from now on add `trace_id`, `span_id` and `trace_flags` of the active
 * span to every record, whatever its streams and serializers. Correlating twice is correlating once.
 *
 * @returns the logger
 * @throws {FieldOptionsError} if the options are mistaken
 * @example
 * const log = correlate(bunyan.createLogger({ name: 'shop' }));
 */
export function correlate<L extends Logger>(logger: L, options: TraceFieldsOptions = {}): L {
  correlateRecords(logger as Logger as EmittingLogger, planFields(options));
  return logger;
}

function correlateRecords(logger: EmittingLogger, plan: FieldPlan): void {
  if (isCorrelated(logger)) return;
  const original = { emit: logger._emit, child: logger.child };
  replace(logger, '_emit', function (this: EmittingLogger, record: object, noEmit?: boolean) {
    return original.emit.call(this, addFields(record, plan), noEmit);
  });
  replace(logger, 'child', function (this: EmittingLogger, options: object, simple?: boolean) {
    const child = original.child.call(this, options, simple) as EmittingLogger;
    correlateRecords(child, plan);
    return child;
  });
  markCorrelated(logger);
}

function replace(logger: EmittingLogger, name: '_emit' | 'child', value: unknown): void {
  Object.defineProperty(logger, name, { configurable: true, writable: true, value });
}

function addFields(record: object, plan: FieldPlan): object {
  const span = trace.getActiveSpan();
  if (span === undefined) return record;
  return guard('adding trace fields to a bunyan record', record, () => {
    const fields = plan.fields(span);
    return fields === undefined ? record : withFields(record, fields, plan);
  });
}
