import { awsAttributes } from '../carriers/aws-attributes.ts';
import { awsTraceHeader } from '../carriers/aws-trace-header.ts';
import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import { snsEnvelope } from '../carriers/sns-envelope.ts';

type Attributes = Readonly<Record<string, unknown>> | undefined;

/** Limits of SQS and SNS on one message, for years and now: in bytes. A queue may be set to less. */
const MAX_BYTES = [256 * 1024, 1024 * 1024] as const;
const MARGIN = 256; // of names, types, and the attributes of others

/** A message, or an entry of a batch, on its way to SNS: fields travel as attributes. */
export const snsMessage: Carrier<object> = {
  get: (message, name) => awsAttributes.get(fieldOf(message, 'MessageAttributes') as Attributes, name),
  keys: (message) => awsAttributes.keys(fieldOf(message, 'MessageAttributes') as Attributes),
  set(message, fields) {
    const attributes = awsAttributes.set(fieldOf(message, 'MessageAttributes') as Attributes, fields);
    return copyWith(message, 'MessageAttributes', attributes);
  },
  room: (message) => ({ fields: slotsOf(message), bytes: bytesOf(message, 'Message') }),
};

/**
 * A message, or an entry of a batch, on its way to SQS: as for SNS, but where the ten attributes are used up the
 * `traceparent` travels as the system attribute `AWSTraceHeader`.
 */
export const sentSqsMessage: Carrier<object> = {
  get(message, name) {
    const system = fieldOf(message, 'MessageSystemAttributes') as Attributes;
    return snsMessage.get(message, name) ?? awsTraceHeader.get(system, name);
  },
  keys: (message) => snsMessage.keys(message),
  set(message, fields) {
    if (slotsOf(message) > 0) return snsMessage.set(message, fields);
    const system = awsTraceHeader.set(fieldOf(message, 'MessageSystemAttributes') as Attributes, fields);
    return copyWith(message, 'MessageSystemAttributes', system);
  },
  room: (message) => ({ fields: Math.max(1, slotsOf(message)), bytes: bytesOf(message, 'MessageBody') }),
};

/**
 * A message as it came from SQS, by a client or as a record of Lambda: attributes of its own, of the notification of SNS
 * that it is, or the header of X-Ray.
 */
export const receivedSqsMessage: Carrier<object> = {
  get(message, name) {
    return (
      awsAttributes.get(attributesOf(message), name) ??
      snsEnvelope.get(bodyOf(message), name) ??
      awsTraceHeader.get(systemAttributesOf(message), name)
    );
  },
  keys(message) {
    const keys = awsAttributes.keys(attributesOf(message));
    return keys.length > 0 ? keys : snsEnvelope.keys(bodyOf(message));
  },
  set: (message) => message,
};

/** The system attributes of a message that came, such as `SentTimestamp`. */
export function systemAttributesOf(message: object): Attributes {
  return (fieldOf(message, 'Attributes') ?? fieldOf(message, 'attributes')) as Attributes;
}

const attributesOf = (message: object) =>
  (fieldOf(message, 'MessageAttributes') ?? fieldOf(message, 'messageAttributes')) as Attributes;

const bodyOf = (message: object) => (fieldOf(message, 'Body') ?? fieldOf(message, 'body')) as string;

function slotsOf(message: object): number {
  return awsAttributes.room?.(fieldOf(message, 'MessageAttributes') as Attributes).fields ?? 0;
}

function bytesOf(message: object, bodyName: string): number {
  const body = fieldOf(message, bodyName);
  const size = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  const limit = MAX_BYTES.find((bytes) => size <= bytes) ?? 0;
  return Math.max(0, limit - size - MARGIN);
}
