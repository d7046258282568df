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

/** What may travel on of a trace state, whoever made it: nothing of one that a receiver would have to discard. */
export function serializeTraceState(traceState: TraceState | undefined): string {
  const members = traceState && parseTracestate(traceState.serialize());
  return members === undefined ? '' : formatTracestate(members);
}
