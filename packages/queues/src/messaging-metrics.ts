import { createNoopMeter, metrics, type Attributes, type Counter, type Histogram } from '@opentelemetry/api';

import { VERSION } from './version.ts';

/** The metrics of messaging, and how long messages wait. */
export interface MessagingMetrics {
  /** `messaging.client.operation.duration`, seconds. */
  readonly operationDuration: Histogram;
  /** `messaging.client.sent.messages` */
  readonly sentMessages: Counter;
  /** `messaging.client.consumed.messages` */
  readonly consumedMessages: Counter;
  /** `messaging.process.duration`, seconds. */
  readonly processDuration: Histogram;
  /** `clew.messaging.time_in_queue`, seconds. The semantic conventions have none. */
  readonly timeInQueue: Histogram;
}

/** Bounds that the semantic conventions ask for, in seconds. */
const SECONDS = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
};
/** Messages may wait for days. */
const WAIT = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400] },
};
const MESSAGES = { unit: '{message}' };

/** Attributes that metrics have in common with spans: those of few values. */
const KEPT = [
  'messaging.system',
  'messaging.operation.name',
  'messaging.destination.name',
  'messaging.destination.template',
  'messaging.destination.subscription.name',
  'messaging.consumer.group.name',
  'server.address',
  'server.port',
];

// A cache, emptied when another provider is registered: a second copy of this module makes the same instruments.
let provider: unknown;
let instruments: MessagingMetrics | undefined;

/**
 * The instruments of the global meter provider; `undefined` while there is none, so that nothing is measured for nobody.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/
 */
export function messagingMetrics(): MessagingMetrics | undefined {
  const current = metrics.getMeterProvider();
  if (current === provider) return instruments;
  provider = current;
  const meter = current.getMeter('@clew/queues', VERSION);
  instruments =
    meter === createNoopMeter()
      ? undefined
      : {
          operationDuration: meter.createHistogram('messaging.client.operation.duration', SECONDS),
          sentMessages: meter.createCounter('messaging.client.sent.messages', MESSAGES),
          consumedMessages: meter.createCounter('messaging.client.consumed.messages', MESSAGES),
          processDuration: meter.createHistogram('messaging.process.duration', SECONDS),
          timeInQueue: meter.createHistogram('clew.messaging.time_in_queue', WAIT),
        };
  return instruments;
}

/** The attributes of a measurement. A name that is made of ids is left out where there is a template for it. */
export function metricAttributes(attributes: Attributes, errorType?: string): Attributes {
  const kept: Attributes = {};
  for (const name of KEPT) if (attributes[name] !== undefined) kept[name] = attributes[name];
  if ('messaging.destination.template' in kept || attributes['messaging.destination.temporary'] === true) {
    delete kept['messaging.destination.name'];
  }
  if (errorType !== undefined) kept['error.type'] = errorType;
  return kept;
}
