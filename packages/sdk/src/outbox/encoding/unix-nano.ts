import type { HrTime } from '@opentelemetry/api';

import { type ProtobufWriter, writeFixed64 } from './protobuf-writer.ts';

const NANOS_PER_SECOND = 1e9;
const TWO_TO_16 = 2 ** 16;
const LOW_16_BITS = TWO_TO_16 - 1;
const TWO_TO_32 = 2 ** 32;
const TWO_TO_64 = 2 ** 64;

/**
 * Writes a `fixed64` field with a time in nanoseconds since 1970. OTLP takes zero for unknown: that is what becomes of a
 * time that is none, or before 1970, or after 2554.
 */
export function writeUnixNano(writer: ProtobufWriter, tag: number, time: HrTime): void {
  const seconds = Array.isArray(time) ? Math.trunc(time[0]) : 0;
  const nanos = Array.isArray(time) ? Math.trunc(time[1]) : 0;
  const total = seconds * NANOS_PER_SECOND + nanos; // rounded, but for this question exact enough
  const isKnown = seconds >= 0 && total >= 0 && total < TWO_TO_64;
  if (!isKnown) {
    writeFixed64(writer, tag, 0, 0);
    return;
  }
  // seconds × 10^9 takes 64 bits, a number has 53: so the seconds' upper and lower 16 bits are multiplied by themselves.
  const upper = Math.floor(seconds / TWO_TO_16) * NANOS_PER_SECOND;
  const lower = (seconds & LOW_16_BITS) * NANOS_PER_SECOND + nanos;
  const low = (upper & LOW_16_BITS) * TWO_TO_16 + (lower >>> 0);
  const high = Math.floor(upper / TWO_TO_16) + Math.floor(lower / TWO_TO_32) + Math.floor(low / TWO_TO_32);
  writeFixed64(writer, tag, low, high);
}
