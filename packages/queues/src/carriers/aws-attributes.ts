import { fieldOf, namesOf, textOf, type Carrier } from './carrier.ts';

/** Number of attributes that SQS takes. SNS hands more on to other subscribers, but to a queue with raw delivery not one. */
const MAX_ATTRIBUTES = 10;
/** Attributes count as a part of the message, of which the rest has its own limit. */
const MAX_BYTES = 16 * 1024;

/** An attribute of SQS and SNS, as it is in requests and answers, and in the events of Lambda. */
export interface AwsAttribute {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
}

/**
 * `MessageAttributes` of SQS and SNS, ten at most; in a Lambda event their members have small letters.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export const awsAttributes: Carrier<Readonly<Record<string, unknown>> | null | undefined> = {
  get(attributes, name) {
    const attribute = fieldOf(attributes, name);
    return textOf(fieldOf(attribute, 'StringValue') ?? fieldOf(attribute, 'stringValue'));
  },
  keys: namesOf,
  set(attributes, added) {
    const entries = Object.entries(added).map(([name, text]): [string, AwsAttribute] => [
      name,
      { DataType: 'String', StringValue: text },
    ]);
    return { ...attributes, ...Object.fromEntries(entries) };
  },
  room: (attributes) => ({ fields: Math.max(0, MAX_ATTRIBUTES - namesOf(attributes).length), bytes: MAX_BYTES }),
};
