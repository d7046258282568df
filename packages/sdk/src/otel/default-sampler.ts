import { alwaysOn, parentThreshold } from '@clew/sampling';
import type { Sampler } from '@opentelemetry/sdk-trace';

/** Keeps all that no caller has dropped, and adds no `tracestate` to spans and requests to say that everything is kept. */
export function defaultSampler(): Sampler {
  return parentThreshold({ root: quietAlwaysOn() });
}

/** Keeps everything, as above. */
export function quietAlwaysOn(): ReturnType<typeof alwaysOn> {
  return alwaysOn({ writesThreshold: false });
}
