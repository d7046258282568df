import { guard } from '@clew/diagnostics';
import { traceFields, type TraceFields } from '@clew/logs';

const NAMES = ['trace_id', 'span_id', 'trace_flags'];

/** The trace fields to add to an object that becomes a line; none where it has one of its own. */
export function fieldsToAdd(line: object): TraceFields | undefined {
  return guard('finding the trace of a log line', undefined, () => {
    return NAMES.some((name) => Object.hasOwn(line, name)) ? undefined : traceFields();
  });
}
