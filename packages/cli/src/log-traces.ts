import type { JsonLogLine, LogGroup, LogGroups, LogTextOptions } from '@clew/viewer';

export interface LogTracesOptions extends LogTextOptions {
  /** The beginning of a trace id, in lowercase: only such traces are shown. */
  readonly trace?: string;
  /** Whether lines without a trace are shown too, as they come. */
  readonly all: boolean;
  /** Memory for lines that wait for others of their trace. */
  readonly maxBytes: number;
}

/** How many lines and traces were of which kind. */
export interface LogCounts {
  traces: number;
  /** Lines of the traces that were shown. */
  shown: number;
  /** Lines of traces that were not asked for. */
  ofOthers: number;
  withoutTrace: number;
  noJson: number;
  /** Traces that had to be shown before the end of the input. */
  early: number;
}

/** Turns lines of any loggers into the texts to show. */
export interface LogTraces {
  readonly counts: Readonly<LogCounts>;
  /**
   * Takes a line.
   *
   * @param service whose line it is, if the line does not say so
   * @returns what is to be shown now
   */
  add(text: string, service: string | undefined): string[];
  /** @returns what is left to be shown at the end */
  end(): string[];
}

const NO_HALF = '0'.repeat(16);
/** Bytes that a parsed line takes at most, except a line of tiny fields: 240 characters of pino take 400. */
const BYTES = { perCharacter: 2, perLine: 200 };

export async function createLogTraces(options: LogTracesOptions): Promise<LogTraces> {
  const { createLogGroups, hasTrace, logGroupText, logLineText, parseJsonLogLine, printableAsIs } =
    await import('@clew/viewer');
  const { trace = '', all, maxBytes } = options;
  const groups: LogGroups = createLogGroups(maxBytes);
  const counts: LogCounts = { traces: 0, shown: 0, ofOthers: 0, withoutTrace: 0, noJson: 0, early: 0 };

  function show(group: LogGroup): string[] {
    if (!isWanted(group.traceId, trace)) {
      counts.ofOthers += group.lines.length;
      return [];
    }
    counts.traces += 1;
    counts.shown += group.lines.length;
    return [`${counts.traces === 1 ? '' : '\n'}${logGroupText(group, options)}\n`];
  }

  return {
    counts,
    add(text, service) {
      if (text.trim() === '') return [];
      const line = withService(parseJsonLogLine(text), service);
      if (line === undefined) {
        counts.noJson += 1;
        return all ? [`${printableAsIs(text)}\n`] : [];
      }
      if (!hasTrace(line)) {
        counts.withoutTrace += 1;
        return all ? [`${logLineText(line, options)}\n`] : [];
      }
      if (!mayBeWanted(line.traceId, trace)) {
        counts.ofOthers += 1;
        return [];
      }
      const left = groups.add(line, text.length * BYTES.perCharacter + BYTES.perLine);
      counts.early += left.length;
      return left.flatMap(show);
    },
    end: () => groups.takeAll().flatMap(show),
  };
}

function withService(line: JsonLogLine | undefined, service: string | undefined): JsonLogLine | undefined {
  if (line === undefined || line.service !== undefined || service === undefined) return line;
  return { ...line, service };
}

/** Of an id of which only half is known, the lines with the other half are still to come. */
function mayBeWanted(traceId: string, wanted: string): boolean {
  return traceId.startsWith(wanted) || traceId.startsWith(NO_HALF);
}

function isWanted(traceId: string, wanted: string): boolean {
  const isHalfOf = traceId.startsWith(NO_HALF) && wanted.endsWith(traceId.slice(NO_HALF.length));
  return traceId.startsWith(wanted) || isHalfOf;
}
