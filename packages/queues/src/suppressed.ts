import { createContextKey, type Context } from '@opentelemetry/api';
import { lightContext } from '@clew/spans/internal';

// OpenTelemetry's own, from @opentelemetry/core, which applications without an SDK have no reason to install.
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A context in which no spans are made and nothing is injected: a queue client's own commands run in it. */
export function withoutTracing(context: Context): Context {
  return lightContext(context).setValue(SUPPRESSED, true);
}

/** Tells whether spans are unwanted in this context. */
export function isTracingOff(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true;
}

/** A context in which spans are made again: the application's own work inside a client's. */
export function withTracing(context: Context): Context {
  return isTracingOff(context) ? context.deleteValue(SUPPRESSED) : context;
}
