export { FieldOptionsError, type FieldNames, type FieldPreset } from './field-layout.ts';
export type { TraceFields, TraceFieldsOptions } from './field-plan.ts';
export { traceFields } from './trace-fields.ts';
