import { parseThreshold } from './threshold.ts';

/** OpenTelemetry's list-member of a `tracestate`, `ot`: the sub-keys in its value. */
export interface OtMember {
  /** The sub-key `th`: which share of the traces sampling has rejected so far; unknown: `undefined`. */
  readonly threshold: string | undefined;
  /** The sub-key `rv`: 14 hex digits that samplers use in place of the trace id's last 14; absent: `undefined`. */
  readonly randomness: string | undefined;
  /** All other sub-keys with their values, as they came: `['k1:13']`. */
  readonly others: readonly string[];
}

const MAX_LENGTH = 256;
const SUB_KEY = /^[a-z][a-z\d]*$/;
const SUB_VALUE = /^[\w.-]*$/;
const RANDOMNESS = /^[\da-f]{14}$/;
const RANDOMNESS_DIGITS = 14;

/**
 * Parses the value of an `ot` list-member, e.g. `th:fd70a;rv:6e6d1a75832a2f`. A `th` or an `rv` that breaks its own
 * rule counts as absent; the other sub-keys stay.
 *
 * @returns the sub-keys, or `undefined` when this is no list of unique sub-keys of up to 256 characters; never throws
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function parseOtMember(value: string | null | undefined): OtMember | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  const seen = new Set<string>();
  const others: string[] = [];
  let threshold: string | undefined;
  let randomness: string | undefined;
  for (const item of value.split(';')) {
    const colon = item.indexOf(':');
    const subKey = item.slice(0, Math.max(colon, 0));
    const subValue = item.slice(colon + 1);
    if (!SUB_KEY.test(subKey) || !SUB_VALUE.test(subValue) || seen.has(subKey)) return undefined;
    seen.add(subKey);
    if (subKey === 'th') threshold = parseThreshold(subValue);
    else if (subKey === 'rv') randomness = RANDOMNESS.test(subValue) ? subValue : undefined;
    else others.push(item);
  }
  return { threshold, randomness, others };
}

/**
 * Writes the value of an `ot` list-member: `formatOtMember({ ...received, threshold })`, whether one was received or not.
 *
 * @returns the value; empty when there is nothing to say, and then the list-member is to be deleted. One of more than
 *   256 characters is not cut: `setMember` refuses it, and the `tracestate` stays as it is
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function formatOtMember({ threshold, randomness, others = [] }: Partial<OtMember>): string {
  const items: string[] = [];
  if (threshold !== undefined) items.push(`th:${threshold}`);
  if (randomness !== undefined) items.push(`rv:${randomness}`);
  return [...items, ...others].join(';');
}

/**
 * The randomness that decides about a trace: the explicit one (`rv`) if there is one, or else the last 14 hex digits of
 * the trace id.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#explicit-randomness-value-rv
 */
export function randomnessOf(traceId: string, ot: OtMember | undefined): string {
  return ot?.randomness ?? traceId.slice(-RANDOMNESS_DIGITS);
}
