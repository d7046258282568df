export { amqpHeaders } from './carriers/amqp-headers.ts';
export { awsAttributes, type AwsAttribute } from './carriers/aws-attributes.ts';
export { awsTraceHeader } from './carriers/aws-trace-header.ts';
export type { Carrier, Room, TraceFields } from './carriers/carrier.ts';
export { cloudEvent } from './carriers/cloud-event.ts';
export { jsonField } from './carriers/json-field.ts';
export { natsHeaders, type NatsHeaders } from './carriers/nats-headers.ts';
export { snsEnvelope } from './carriers/sns-envelope.ts';
export { textMap } from './carriers/text-map.ts';
export { within } from './carriers/within.ts';
export { consumingBatch, type Batch } from './consuming-batch.ts';
export { consuming, openConsumption, type ConsumerPlan, type Consumption } from './consuming.ts';
export type { Delivery } from './delivery.ts';
export type { Destination } from './destination.ts';
export { pack, resume, type QueueOptions, type ResumeOptions } from './pack.ts';
export {
  openBatchProduction,
  openProduction,
  producing,
  producingBatch,
  type BatchProduction,
  type ProducerPlan,
  type Production,
} from './producing.ts';
export { openReception, type ReceivePlan, type Reception } from './receiving.ts';
export type { Relation } from './relation.ts';
export { settling, type SettlePlan } from './settling.ts';
