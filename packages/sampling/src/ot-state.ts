// OpenTelemetry's list-member of a trace state, `ot`: read for each span, written where a decision changes it.

import { createTraceState, type TraceState } from '@opentelemetry/api';
import { formatOtMember, parseOtMember, type OtMember } from '@clew/trace-context';

const OT = 'ot';
const MAX_LENGTH = 256;

/** A list-member that cannot be read: it counts as empty, and is replaced when we write. */
const UNREADABLE: OtMember = { threshold: undefined, randomness: undefined, others: [] };

// Trace states do not change, and the same few come with every span, most often that of the span before. A second copy of
// this module reads them once more.
let lastRead: TraceState | undefined;
let lastOt: OtMember | undefined;
const known = new Map<string, OtMember>();
const MAX_KNOWN = 256;

/** OpenTelemetry's part of a trace state; `undefined` where there is none, or no trace state. Never throws. */
export function readOt(traceState: TraceState | undefined): OtMember | undefined {
  if (traceState === undefined) return undefined;
  if (traceState === lastRead) return lastOt;
  const text = memberOf(traceState);
  lastOt = text === undefined ? undefined : (known.get(text) ?? remembered(text));
  lastRead = traceState;
  return lastOt;
}

function remembered(text: string): OtMember {
  const ot = parseOtMember(text) ?? UNREADABLE;
  if (text.length > MAX_LENGTH) return ot;
  if (known.size >= MAX_KNOWN) known.clear(); // an explicit randomness value is another one in each trace
  known.set(text, ot);
  return ot;
}

/** A parent that was made by hand may have anything there. */
function memberOf(traceState: TraceState): string | undefined {
  try {
    const value: unknown = traceState.get(OT);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a trace state with this part has exactly this threshold already; `undefined` is none. */
export function saysThreshold(ot: OtMember | undefined, threshold: string | undefined): boolean {
  return ot !== UNREADABLE && ot?.threshold === threshold;
}

/**
 * The trace state with another threshold, or without one. Where there is no room for it, it has none: an unknown count is
 * better than that of another decision. Never throws.
 *
 * @param ot as `readOt` returns it for this trace state
 */
export function withThreshold(
  traceState: TraceState | undefined,
  ot: OtMember | undefined,
  threshold: string | undefined,
): TraceState {
  try {
    if (traceState !== undefined) return set(traceState, ot ?? UNREADABLE, threshold);
  } catch {
    // It was no trace state.
  }
  return set(NONE, UNREADABLE, threshold);
}

const NONE: TraceState = createTraceState();

function set(traceState: TraceState, { randomness, others }: OtMember, threshold: string | undefined): TraceState {
  const without = formatOtMember({ randomness, others });
  if (threshold !== undefined) {
    const value = formatOtMember({ threshold, randomness, others });
    const changed = value.length <= MAX_LENGTH ? traceState.set(OT, value) : traceState;
    if (changed.get(OT) === value) return changed; // otherwise it was refused: one list-member too many, or too long
  }
  return without === '' ? traceState.unset(OT) : traceState.set(OT, without);
}
