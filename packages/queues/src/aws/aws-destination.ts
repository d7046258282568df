import { fieldOf } from '../carriers/carrier.ts';
import { destinationNamed, type Destination } from '../destination.ts';

/** The queue of a URL or of an ARN. */
export function sqsDestination(urlOrArn: unknown): Destination {
  return destinationNamed('aws_sqs', typeof urlOrArn === 'string' ? urlOrArn.slice(lastMark(urlOrArn) + 1) : '');
}

/** The topic of a request to SNS; `undefined` for a text message to a telephone, which carries no attributes on. */
export function snsDestination(input: unknown): Destination | undefined {
  const arn = fieldOf(input, 'TopicArn') ?? fieldOf(input, 'TargetArn');
  return typeof arn === 'string' ? destinationNamed('aws.sns', arn.slice(arn.lastIndexOf(':') + 1)) : undefined;
}

function lastMark(urlOrArn: string): number {
  return Math.max(urlOrArn.lastIndexOf('/'), urlOrArn.startsWith('arn:') ? urlOrArn.lastIndexOf(':') : -1);
}
