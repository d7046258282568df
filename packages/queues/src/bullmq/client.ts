import { reportOnce } from '@clew/diagnostics';

import type { BullmqOptions } from './job-plan.ts';
import { markedOptions, optionsOn } from './options-mark.ts';

/** A queue, worker or flow producer, as far as its tracing needs it. */
export interface Client {
  /** A flow producer keeps its telemetry beside its options. */
  readonly telemetry?: object | undefined;
  readonly opts?: { readonly telemetry?: object | undefined } | undefined;
}

const DEFAULTS: BullmqOptions = {};
const LEFT_TO_IT = 'BullMQ has another telemetry; queues and workers that have it are left to it';
const reported = new WeakSet<object>(); // a second copy of this module repeats a message once, no more

/**
 * The options by which a client is traced; `undefined` where another telemetry does it, which stderr says once. One of
 * ours makes no spans where the client itself is traced: it has only its options to give.
 */
export function optionsOf(client: Client | undefined): BullmqOptions | undefined {
  if (client === undefined) return DEFAULTS; // a method that is called without its object
  const telemetry = client.telemetry ?? client.opts?.telemetry ?? undefined;
  const ofTelemetry = telemetry && markedOptions(telemetry);
  if (telemetry === undefined || ofTelemetry !== undefined)
    return optionsOn(client) ?? ofTelemetry ?? markedOptions(client) ?? DEFAULTS;
  if (!reported.has(telemetry)) reportOnce('another telemetry of BullMQ', LEFT_TO_IT);
  reported.add(telemetry);
  return undefined;
}
