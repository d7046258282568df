export type { NatsOptions } from './nats/nats-options.ts';
export { forEachMessage, type Messages } from './nats/trace-messages.ts';
export { tracedJetStream } from './nats/traced-jetstream.ts';
export { tracedNats } from './nats/traced-nats.ts';
