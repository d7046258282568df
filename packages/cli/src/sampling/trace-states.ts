// OpenTelemetry's part of `tracestate` headers.

import {
  deleteMember,
  formatOtMember,
  formatTracestate,
  getMember,
  type OtMember,
  parseOtMember,
  parseTracestate,
  setMember,
} from '@clew/trace-context';

/** OpenTelemetry's list-member; `undefined` where there is none that can be read. */
export function otIn(traceState: string): OtMember | undefined {
  return traceState === '' ? undefined : parseOtMember(getMember(parseTracestate(traceState) ?? [], 'ot'));
}

const thresholds = new Map<string, string | undefined>(); // most spans have one of a few texts
const MAX_KNOWN = 1024;

/** The threshold in it. */
export function thresholdIn(traceState: string): string | undefined {
  if (thresholds.has(traceState)) return thresholds.get(traceState);
  const threshold = otIn(traceState)?.threshold;
  if (thresholds.size >= MAX_KNOWN) thresholds.clear();
  thresholds.set(traceState, threshold);
  return threshold;
}

/** The same header without a threshold. */
export function withoutThreshold(traceState: string): string {
  const ot = otIn(traceState);
  if (ot?.threshold === undefined) return traceState;
  const members = parseTracestate(traceState) ?? [];
  const rest = formatOtMember({ ...ot, threshold: undefined });
  return formatTracestate(rest === '' ? deleteMember(members, 'ot') : (setMember(members, 'ot', rest) ?? members));
}
