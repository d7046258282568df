import { hasLogs } from '../options/other-signals.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { OwnRow } from './library-row.ts';

/** A row for a logger: on where anything is done with lines, and constructed with what is done. */
export function loggerRow(row: OwnRow): OwnRow {
  return {
    ...row,
    wants: ({ options }) => wantsLines(options),
    config: ({ options }, own) => ({ ...loggerConfig(options), ...own }),
  };
}

function wantsLines(options: ResolvedOptions): boolean {
  const { correlate, hold, exceptions, events } = options.logs;
  return correlate || exceptions || events || hold !== 'none' || hasLogs(options);
}

function loggerConfig({ logs }: ResolvedOptions): object {
  const { correlate, hold, exceptions, events } = logs;
  return { disableLogCorrelation: !correlate, hold, exceptions, events };
}
