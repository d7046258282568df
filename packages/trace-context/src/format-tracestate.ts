import type { Tracestate, TracestateMember } from './tracestate.ts';

/** Length that every tracing system has to carry, and the longest that we send. */
const MAX_LENGTH = 512;
/** Longer list-members are the first to go when there is too much. */
const LONG_MEMBER = 128;

/**
 * Writes a `tracestate` value of up to 512 characters. When there is more, whole list-members go until it fits: first
 * those of more than 128 characters, then any, in both cases from the right, where the oldest are.
 *
 * @returns the value; empty for an empty list, and then the header is better not sent
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-limits
 */
export function formatTracestate(tracestate: Tracestate): string {
  const texts = tracestate.map(formatMember);
  const whole = texts.join(',');
  if (whole.length <= MAX_LENGTH) return whole;
  return dropFromRight(dropFromRight(texts, LONG_MEMBER), 0).join(',');
}

/** Removes texts longer than `longerThan`, the right-most first, until what is left fits or none of them is left. */
function dropFromRight(texts: readonly string[], longerThan: number): readonly string[] {
  let length = texts.join(',').length;
  return texts
    .toReversed()
    .filter((text) => {
      const drop = length > MAX_LENGTH && text.length > longerThan;
      if (drop) length -= text.length + ','.length;
      return !drop;
    })
    .toReversed();
}

function formatMember({ key, value }: TracestateMember): string {
  return `${key}=${value}`;
}
