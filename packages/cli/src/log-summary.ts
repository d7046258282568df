import type { LogsOptions } from './commands/logs.ts';
import type { LogCounts } from './log-traces.ts';
import { counted } from './counted.ts';

/** Counts of the lines and files that could not be read. */
export interface Mishaps {
  /** Lines that were left out. */
  tooLong: number;
  /** Files that could not be read, or not to their end. */
  unreadable: number;
}

/** Lists what was shown and what was not, one line each. */
export function logSummary(
  counts: Readonly<LogCounts>,
  { tooLong }: Mishaps,
  { trace, all, bufferMib }: LogsOptions,
): string[] {
  const { traces, shown, ofOthers, withoutTrace, noJson, early } = counts;
  const rest = [
    ...(ofOthers > 0 ? [`${counted(ofOthers, 'line')} of other traces`] : []),
    ...(withoutTrace > 0 ? [`${counted(withoutTrace, 'line')} without a trace id`] : []),
    ...(noJson > 0 ? [`${counted(noJson, 'line')} that ${noJson === 1 ? 'is' : 'are'} not JSON`] : []),
    ...(tooLong > 0 ? [`${counted(tooLong, 'line')} longer than 1 Mi characters`] : []),
  ];
  const found = trace === undefined ? 'no line has a trace id' : `no trace id begins with ${trace}`;
  const head = traces === 0 ? found : `${counted(traces, 'trace')}, ${counted(shown, 'line')}`;
  const hint = !all && withoutTrace + noJson > 0 ? ' (--all shows lines without a trace id)' : '';
  return [
    `clew  ${[head, ...(rest.length > 0 ? [`also read: ${rest.join(', ')}${hint}`] : [])].join('; ')}`,
    ...(early > 0
      ? [
          `clew  ${counted(early, 'trace')} ${early === 1 ? 'was' : 'were'} shown before the end, because all lines take more ` +
            `than ${bufferMib} MiB (--buffer-mib); later lines of the same trace stand under a second heading`,
        ]
      : []),
  ];
}
