import { getMember, parseOtMember, parseTracestate, probabilityOf } from '@clew/trace-context';
import { isLocalRoot, serviceName, type SpanRecord, type Trace } from '@clew/viewer';

/** A trace that was kept by the service where it entered the shop. */
export interface KeptTrace {
  readonly trace: Trace;
  /** Its user agent: the name of its kind. */
  readonly kind: string;
  /** The rule by which it was kept. */
  readonly rule: string;
  /** False where another service had been told that it is not kept, and may have dropped its part. */
  readonly isWhole: boolean;
  /** The number of traces like it that were made for each that is kept, as its threshold says. */
  readonly standsFor: number;
}

/** The kept traces among those that a receiver has. */
export function keptTraces(traces: readonly Trace[]): KeptTrace[] {
  return traces.flatMap((trace) => {
    const entry = trace.spans.find((span) => isLocalRoot(span) && serviceName(span.resource) === 'gateway');
    return entry === undefined ? [] : [keptTrace(trace, entry)];
  });
}

function keptTrace(trace: Trace, { attributes, traceState }: SpanRecord): KeptTrace {
  return {
    trace,
    kind: textOf(attributes['user_agent.original']),
    rule: textOf(attributes['sampling.rule']),
    isWhole: attributes['sampling.partial'] !== true,
    standsFor: 1 / probabilityOf(thresholdIn(traceState ?? '')),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function thresholdIn(traceState: string): string {
  const threshold = parseOtMember(getMember(parseTracestate(traceState) ?? [], 'ot'))?.threshold;
  if (threshold === undefined) throw new Error(`a kept trace has no threshold in its tracestate, "${traceState}"`);
  return threshold;
}

/** An estimate, and the distance from the truth that it stays within in 95 of 100 runs. */
export interface Estimate {
  readonly value: number;
  readonly margin: number;
}

/** Tells from kept traces alone how many were made. */
export function estimate(kept: readonly KeptTrace[]): Estimate {
  const value = kept.reduce((sum, { standsFor }) => sum + standsFor, 0);
  const variance = kept.reduce((sum, { standsFor }) => sum + standsFor * (standsFor - 1), 0);
  return { value, margin: 1.96 * Math.sqrt(variance) };
}
