import { guard } from '@clew/diagnostics';

import { traceRequests } from './trace-requests.ts';

/**
 * Traces a client of SQS: what it sends carries the context, in attributes or in `AWSTraceHeader`, and what it receives
 * comes with what was sent. Messages are handled by `tracedHandler`, `processMessages` or `processRecords`.
 *
 * @returns the same client
 * @example
 * const sqs = tracedSqs(new SQSClient({}));
 */
export function tracedSqs<Client extends object>(client: Client): Client {
  return traced(client);
}

/**
 * Traces a client of SNS: what it publishes carries the context in attributes.
 *
 * @returns the same client
 */
export function tracedSns<Client extends object>(client: Client): Client {
  return traced(client);
}

function traced<Client extends object>(client: Client): Client {
  guard('tracing a client of AWS', undefined, () => traceRequests(client));
  return client;
}
