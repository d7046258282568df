export type { SqsOptions } from './aws/aws-options.ts';
export { processRecords, type BatchResponse, type RecordsOptions, type SqsRecord } from './aws/process-records.ts';
export { tracedSns, tracedSqs } from './aws/traced-aws.ts';
export { processMessages, tracedBatchHandler, tracedHandler } from './aws/traced-handler.ts';
export type { Batch } from './consuming-batch.ts';
