import type { LogLine } from './log-line.ts';

/** The lines of one trace, in the order in which they came. */
export interface LogGroup {
  /** As on the lines; where all of them have the second half only, 16 zeros and that. */
  readonly traceId: string;
  readonly lines: readonly LogLine[];
}

/** Log lines on their way into groups, within a bound of memory. */
export interface LogGroups {
  /**
   * Adds a line.
   *
   * @param bytes what the line takes; as soon as all lines take more than the bound, groups leave
   * @returns the groups that left, first those that have waited longest for a line
   */
  add(line: LogLine, bytes: number): LogGroup[];
  /** Takes all groups out, in the order of their first line. */
  takeAll(): LogGroup[];
}

interface Draft extends LogGroup {
  traceId: string;
  readonly lines: LogLine[];
  /** When its first line came, among all groups. */
  readonly place: number;
  bytes: number;
}

const HALF = 16; // digits
const NO_HALF = '0'.repeat(HALF);

/** Groups lines by trace. An id of which only the second half is known, as Datadog writes it, is one that ends with it. */
export function createLogGroups(maxBytes: number): LogGroups {
  const drafts = new Map<string, Draft>(); // by trace id; the one that had a line last is last
  const wholeByHalf = new Map<string, Draft>();
  let places = 0;
  let bytes = 0;

  function find(traceId: string): Draft | undefined {
    const half = traceId.slice(HALF);
    return drafts.get(traceId) ?? (isHalf(traceId) ? wholeByHalf.get(half) : drafts.get(NO_HALF + half));
  }

  function remove(draft: Draft): Draft {
    drafts.delete(draft.traceId);
    const half = draft.traceId.slice(HALF);
    if (wholeByHalf.get(half) === draft) wholeByHalf.delete(half);
    bytes -= draft.bytes;
    return draft;
  }

  function put(draft: Draft): void {
    drafts.set(draft.traceId, draft);
    const half = draft.traceId.slice(HALF);
    if (!isHalf(draft.traceId) && !wholeByHalf.has(half)) wholeByHalf.set(half, draft);
    bytes += draft.bytes;
  }

  return {
    add(line, lineBytes) {
      const known = find(line.traceId);
      const draft = known ? remove(known) : { traceId: line.traceId, lines: [], place: places++, bytes: 0 };
      if (isHalf(draft.traceId)) draft.traceId = line.traceId;
      draft.lines.push(line);
      draft.bytes += lineBytes;
      put(draft);
      const left: LogGroup[] = [];
      for (const oldest of drafts.values()) {
        if (bytes <= maxBytes) break;
        left.push(remove(oldest));
      }
      return left;
    },
    takeAll() {
      return [...drafts.values()].toSorted((a, b) => a.place - b.place).map(remove);
    },
  };
}

function isHalf(traceId: string): boolean {
  return traceId.startsWith(NO_HALF);
}
