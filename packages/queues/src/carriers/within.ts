import { readProperty } from '@clew/diagnostics';

import type { Carrier } from './carrier.ts';
import { copyWith } from './copy-with.ts';

/**
 * The same carrier on a property of the message: `within('headers', bufferHeaders)` is that of a Kafka message.
 *
 * @param name of the property; the copy of the message has it where the message had none
 */
export function within<Fields>(name: string, carrier: Carrier<Fields>): Carrier<object> {
  const fieldsOf = (message: object) => readProperty(message, name) as Fields; // a class may have a getter for it
  const { room, isBare } = carrier;
  return {
    get: (message, key) => carrier.get(fieldsOf(message), key),
    keys: (message) => carrier.keys(fieldsOf(message)),
    set: (message, added) => copyWith(message, name, carrier.set(fieldsOf(message), added)),
    ...(isBare !== undefined && { isBare: (message: object) => isBare(fieldsOf(message)) }),
    ...(room !== undefined && { room: (message: object) => room(fieldsOf(message)) }),
  };
}
