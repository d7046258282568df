// Makes a click the root of a trace.
import { createTraceparent, type Traceparent } from '@clew/trace-context';

import { reportSpan } from './report-span.ts';

/**
 * Starts a trace for a click, does the click's work, and reports the click as the root span.
 *
 * @param work is given what its requests are to send on; if it throws, the span has the error, and so has the caller
 */
export async function traceClick<T>(name: string, work: (traceparent: Traceparent) => Promise<T>): Promise<T> {
  const traceparent = createTraceparent();
  const startMillis = now();
  const report = (error?: string) => reportSpan({ name, traceparent, startMillis, endMillis: now(), error });
  try {
    const result = await work(traceparent);
    report();
    return result;
  } catch (error) {
    report((error as Error).message);
    throw error;
  }
}

/** Milliseconds since 1970, with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
