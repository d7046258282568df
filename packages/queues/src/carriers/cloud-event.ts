import type { Carrier } from './carrier.ts';

/** Prefixes of the bindings: of Kafka, of HTTP and NATS, of AMQP. */
const PREFIXES = ['ce_', 'ce-', 'cloudEvents:', 'cloudEvents_'];

/**
 * The distributed tracing extension of CloudEvents, read through another carrier. It names where the event began, however
 * many hops ago: its span is linked, never a parent, and nothing of ours is ever written there.
 *
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md
 */
export function cloudEvent<Message>(carrier: Carrier<Message>): Pick<Carrier<Message>, 'get' | 'keys'> {
  return {
    get(message, name) {
      for (const prefix of PREFIXES) {
        const value = carrier.get(message, prefix + name);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    keys: (message) => carrier.keys(message),
  };
}
