export { traceConsumer, tracePublishing } from './traced-jetstream.ts';
export { traceConnection } from './traced-nats.ts';
