import { fieldOf } from '../carriers/carrier.ts';
import type { Destination } from '../destination.ts';

const MAX_DESTINATIONS = 1000;
const destinations = new Map<string, Destination>(); // a cache; a second copy of this module fills one of its own

/** The queue of a URL or of an ARN: the same object each time, of which attributes and names are made once. */
export function sqsDestination(urlOrArn: unknown): Destination {
  return destinationOf('aws_sqs', typeof urlOrArn === 'string' ? urlOrArn.slice(lastMark(urlOrArn) + 1) : '');
}

/** The topic of a request to SNS; `undefined` for a text message to a telephone, which carries no attributes on. */
export function snsDestination(input: unknown): Destination | undefined {
  const arn = fieldOf(input, 'TopicArn') ?? fieldOf(input, 'TargetArn');
  return typeof arn === 'string' ? destinationOf('aws.sns', arn.slice(arn.lastIndexOf(':') + 1)) : undefined;
}

function lastMark(urlOrArn: string): number {
  return Math.max(urlOrArn.lastIndexOf('/'), urlOrArn.startsWith('arn:') ? urlOrArn.lastIndexOf(':') : -1);
}

function destinationOf(system: string, name: string): Destination {
  const key = `${system} ${name}`;
  const known = destinations.get(key);
  if (known !== undefined) return known;
  const made = { system, name };
  if (destinations.size < MAX_DESTINATIONS) destinations.set(key, made);
  return made;
}
