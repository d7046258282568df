export { traceFields, type TraceFields } from './trace-fields.ts';
