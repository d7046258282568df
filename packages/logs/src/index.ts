export { FieldOptionsError, type FieldNames, type FieldPreset } from './fields/field-layout.ts';
export type { TraceFields, TraceFieldsOptions } from './fields/field-plan.ts';
export { traceFields } from './fields/trace-fields.ts';
