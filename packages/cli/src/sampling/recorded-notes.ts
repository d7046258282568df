import { formatDuration } from '@clew/viewer';

import type { RequestCounts } from '../read-requests.ts';
import { requestNotes } from '../request-notes.ts';
import type { Recording } from './recording.ts';
import { counted } from '../counted.ts';

const MIB = 2 ** 20;

/** Tells the parts of a recorded file that were not read, a line each. */
export function recordedNotes(
  counts: RequestCounts,
  { unusable, repeated, isFull, early, late }: Recording,
  maxBytes: number,
): string[] {
  return [
    ...requestNotes(counts, 'logs or metrics'),
    ...(unusable > 0 ? [`left out ${counted(unusable, 'span')} without an id or a time`] : []),
    ...(repeated > 0 ? [`left out ${counted(repeated, 'span')} that came before`] : []),
    ...(early.spans > 0
      ? [
          `${counted(early.spans, 'span')} began before the parent, by up to ${formatDuration(BigInt(Math.round(early.mostMillis * 1e6)))}; ` +
            'clocks differ; moved to its start',
        ]
      : []),
    ...(late.spans > 0
      ? [
          `${counted(late.spans, 'span')} began long after the parent had ended, by up to ` +
            `${formatDuration(BigInt(Math.round(late.mostMillis * 1e6)))}; clocks differ, or a queue was full; replayed at that time`,
        ]
      : []),
    ...(isFull ? [`more than ${maxBytes / MIB} MiB of spans (--buffer-mib); the rest was not read`] : []),
  ];
}
