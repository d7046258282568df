import { MAX_LINE_LENGTH } from '@clew/viewer';

import type { RequestCounts } from './read-requests.ts';
import { counted } from './counted.ts';

const MIB = 2 ** 20;

/**
 * Tells the lines of a recorded file that were not read, as ends of sentences about it.
 *
 * @param others names the signals that are not read
 */
export function requestNotes(counts: RequestCounts, others: string): string[] {
  const { tooLong, malformed, firstProblem, isCut, damage, otherSignals } = counts;
  return [
    ...(isCut ? ['the last line is cut off; left out'] : []),
    ...(damage === undefined ? [] : [`the compressed data is damaged (${damage}); what is behind it was not read`]),
    ...(malformed > 0 && firstProblem !== undefined
      ? [
          `left out ${counted(malformed, 'line')} that ${malformed === 1 ? 'is' : 'are'} not OTLP/JSON; ` +
            `line ${firstProblem.line} ${firstProblem.problem}`,
        ]
      : []),
    ...(tooLong > 0 ? [`left out ${counted(tooLong, 'line')} longer than ${MAX_LINE_LENGTH / MIB} Mi characters`] : []),
    ...(otherSignals > 0 ? [`left out ${counted(otherSignals, 'line')} of ${others}`] : []),
  ];
}

/** Why a file has no spans, as the end of a sentence. */
export function whyNoSpans({ otherFormat, malformed, damage, requests, otherSignals, tooLong }: RequestCounts): string {
  const expected = `expected an ExportTraceServiceRequest in JSON on each line, as the file exporter of the Collector writes it`;
  if (otherFormat?.startsWith('compressed') === true) return `is ${otherFormat}; decompress it first`;
  if (otherFormat !== undefined) return `is ${otherFormat}; ${expected}`;
  if (malformed > 0) return `has no traces in OTLP/JSON; ${expected}`;
  if (damage !== undefined) return 'has no spans in front of the damage';
  return requests + otherSignals + tooLong === 0 ? `is empty; ${expected}` : 'has no spans';
}
