import type { App } from '../app/app.ts';
import { createOpenTrace, type OpenTrace } from './open-trace.ts';

/** The traces that were looked at last, so that one finds them as one left them. */
export interface OpenTraces {
  open(traceId: string): OpenTrace;
}

const MAX_KEPT = 8;

export function createOpenTraces(app: App): OpenTraces {
  const kept = new Map<string, OpenTrace>();
  return {
    open(traceId) {
      const trace = kept.get(traceId) ?? createOpenTrace(app, traceId);
      kept.delete(traceId); // and in again, as the latest
      kept.set(traceId, trace);
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return trace;
    },
  };
}
