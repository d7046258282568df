import { serviceName } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';
import { formatDuration } from './format-duration.ts';

/** Tells odd times of a span: an end before its start, a start before that of its caller in another service. */
export function clockNotes(span: SpanRecord, parent: SpanRecord | undefined): string[] {
  const notes: string[] = [];
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (end < start) notes.push(`ended ${formatDuration(start - end)} before it started`);
  if (parent !== undefined && start < parent.startTimeUnixNano && start !== 0n) {
    const [here, there] = [serviceName(span.resource), serviceName(parent.resource)];
    const early = formatDuration(parent.startTimeUnixNano - start);
    if (here !== there) notes.push(`starts ${early} before its caller: clocks of ${here} and ${there} differ`);
  }
  return notes;
}
