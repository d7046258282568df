import { createTraceState } from '@opentelemetry/api';
import type { OtMember } from '@clew/trace-context';

import { isKept, lowerThreshold } from '../is-kept.ts';
import { readOt, saysThreshold, withThreshold } from '../ot-state.ts';

const MAX_KNOWN = 256;

/** Writes a threshold into the text of a `tracestate`. */
export interface StateWriter {
  /**
   * @param threshold as in `th`; `undefined` takes it out. One above the explicit randomness beside it is left out
   * @param passesId whether the trace id passes the threshold: otherwise it is left out where no explicit randomness is
   * @param isRaised whether a lower one that is there is replaced; otherwise it stays: its span was kept by that
   * @returns `undefined` where the text says that already
   */
  rewrite(traceState: string, threshold: string | undefined, passesId: boolean, isRaised: boolean): string | undefined;
}

/** The spans of a trace have the same text, and most traces one of a few. */
export function createStateWriter(): StateWriter {
  const known = new Map<string, string | undefined>();
  let lastState = '';
  let lastThreshold: string | undefined;
  let lastPassesId = true;
  let lastIsRaised = false;
  let lastWritten: string | undefined;

  function lookUp(
    traceState: string,
    threshold: string | undefined,
    passesId: boolean,
    isRaised: boolean,
  ): string | undefined {
    const key = `${threshold} ${passesId} ${isRaised} ${traceState}`;
    if (known.has(key)) return known.get(key);
    const written = write(traceState, threshold, passesId, isRaised);
    if (known.size >= MAX_KNOWN) known.clear(); // an explicit randomness value makes another text of each trace
    known.set(key, written);
    return written;
  }

  return {
    rewrite(traceState, threshold, passesId, isRaised) {
      const isSame = traceState === lastState && threshold === lastThreshold;
      if (isSame && passesId === lastPassesId && isRaised === lastIsRaised) return lastWritten;
      lastWritten = lookUp(traceState, threshold, passesId, isRaised);
      lastState = traceState;
      lastThreshold = threshold;
      lastPassesId = passesId;
      lastIsRaised = isRaised;
      return lastWritten;
    },
  };
}

function write(
  traceState: string,
  threshold: string | undefined,
  passesId: boolean,
  isRaised: boolean,
): string | undefined {
  const before = createTraceState(traceState);
  const ot = readOt(before);
  const written = thresholdBeside(ot, threshold, passesId, isRaised);
  return saysThreshold(ot, written) ? undefined : withThreshold(before, ot, written).serialize();
}

function thresholdBeside(
  ot: ReturnType<typeof readOt>,
  threshold: string | undefined,
  passesId: boolean,
  isRaised: boolean,
): string | undefined {
  if (ot?.randomness === undefined && !passesId) return undefined;
  if (threshold === undefined || ot === undefined) return threshold;
  const lower = isRaised ? threshold : lowerThreshold(threshold, ot.threshold ?? threshold);
  return ot.randomness === undefined || isKept(ot.randomness, lower) ? lower : undefined;
}

// Texts come in a row, one for all spans of a trace, and most traces have one of a few. A second copy of this module reads
// them once more.
let lastText = '';
let lastOt: OtMember | undefined;

/** OpenTelemetry's part in the text of a `tracestate`. */
export function otIn(traceState: string): OtMember | undefined {
  if (traceState === '') return undefined;
  if (traceState !== lastText) {
    lastOt = readOt(createTraceState(traceState));
    lastText = traceState;
  }
  return lastOt;
}

/** The text without a threshold. */
export function withoutThreshold(traceState: string): string {
  const ot = otIn(traceState);
  if (ot?.threshold === undefined) return traceState;
  return withThreshold(createTraceState(traceState), ot, undefined).serialize();
}
