import { fieldOf, namesOf, textOf, type Carrier } from './carrier.ts';
import { objectIn } from './json-field.ts';

/**
 * The JSON that SNS makes of a notification for a queue without raw delivery: attributes stand inside the body. It is
 * for reading: what SNS has delivered is never changed.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export const snsEnvelope: Carrier<string> = {
  get: (body, name) => textOf(fieldOf(fieldOf(attributesIn(body), name), 'Value')),
  keys: (body) => namesOf(attributesIn(body)),
  set: (body) => body,
  room: () => ({ fields: 0, bytes: 0 }),
};

function attributesIn(body: unknown): unknown {
  // Cheaper than parsing every body, and none without these words is an envelope.
  if (typeof body !== 'string' || !body.includes('"MessageAttributes"') || !body.includes('"TopicArn"'))
    return undefined;
  const envelope = objectIn(body);
  return fieldOf(envelope, 'Type') === 'Notification' ? fieldOf(envelope, 'MessageAttributes') : undefined;
}
