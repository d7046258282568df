import type { TraceState } from '@opentelemetry/api';
import {
  deleteMember,
  formatTracestate,
  getMember,
  parseTracestate,
  setMember,
  type Tracestate,
} from '@clew/trace-context';

/** A `tracestate` as OpenTelemetry's API has it. What the recommendation does not allow is not set. */
export function toTraceState(members: Tracestate): TraceState {
  return {
    get: (key) => getMember(members, key),
    set: (key, value) => toTraceState(setMember(members, key, value) ?? members),
    unset: (key) => toTraceState(deleteMember(members, key)),
    serialize: () => formatTracestate(members),
  };
}

/** Serializes the part of a trace state that may travel on, whoever made it; empty if a receiver had to discard it. */
export function serializeTraceState(traceState: TraceState | undefined): string {
  const members = traceState && parseTracestate(traceState.serialize());
  return members === undefined ? '' : formatTracestate(members);
}
