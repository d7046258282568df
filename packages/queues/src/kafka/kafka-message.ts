import type { Attributes } from '@opentelemetry/api';

import type { Carrier } from '../carriers/carrier.ts';
import { textMap } from '../carriers/text-map.ts';
import { within } from '../carriers/within.ts';

/** A message that is sent or was received, as far as it is read here. */
export interface KafkaMessage {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: unknown;
  /** Of one that was received: milliseconds since the epoch, as text. */
  readonly timestamp?: unknown;
  /** Of one that was received: a number, as text. */
  readonly offset?: unknown;
}

/** A message that was received, and where it stood. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

export const kafkaMessage: Carrier<object> = within('headers', textMap);
export const kafkaRecord: Carrier<KafkaRecord> = within('message', kafkaMessage as never) as never;

/** Longer keys are data. In bytes. */
const MAX_KEY_LENGTH = 256;

/** The attributes of one message. */
export function messageAttributes({ key, value }: KafkaMessage): Attributes {
  const attributes: Attributes = {};
  const text = keyOf(key);
  if (text !== undefined) attributes['messaging.kafka.message.key'] = text;
  if (value === null) attributes['messaging.kafka.message.tombstone'] = true;
  return attributes;
}

/** The attributes of a message that was received. */
export function recordAttributes({ partition, message }: KafkaRecord): Attributes {
  const offset = Number(message.offset);
  return {
    'messaging.destination.partition.id': String(partition),
    ...(Number.isSafeInteger(offset) && { 'messaging.kafka.offset': offset }),
    ...messageAttributes(message),
  };
}

function keyOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key.length <= MAX_KEY_LENGTH ? key : undefined;
  return Buffer.isBuffer(key) && key.length <= MAX_KEY_LENGTH ? key.toString() : undefined;
}
