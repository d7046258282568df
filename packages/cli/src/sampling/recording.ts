import { type Resource, serviceName, type SpanRecord } from '@clew/viewer';

import { RecordedSpan } from './recorded-span.ts';

/** Spans of a file, as they are replayed. */
export interface Recording {
  /** In no order. */
  readonly spans: readonly RecordedSpan[];
  readonly processes: readonly RecordedProcess[];
  /** Spans that were left out because they have no id or no time. */
  readonly unusable: number;
  /** Spans that stood in the file before, and were left out. */
  readonly repeated: number;
  /** Spans that began a second and more before their parents. They are moved to the start of these. */
  readonly early: Apart;
  /** Spans that began ten minutes and more after their parents had ended. */
  readonly late: Apart;
  /** The memory for spans was used up before the end of the file. */
  readonly isFull: boolean;
}

/** Spans that are apart from their parents in time, and by how much the farthest is. */
interface Apart {
  readonly spans: number;
  readonly mostMillis: number;
}

/** A process, as its resource tells it from others: it has its own local roots, and decides by itself. */
export interface RecordedProcess {
  readonly index: number;
  readonly service: string;
  readonly resource: Resource;
}

export interface RecordingOptions {
  /** Names of the attributes to keep. */
  readonly wanted: ReadonlySet<string>;
  readonly maxBytes: number;
}

/** Collects spans until there are enough. */
export interface RecordingBuilder {
  /** @returns false when there is no room for more */
  add(spans: readonly SpanRecord[]): boolean;
  /** Finds parents and local roots. */
  finish(): Recording;
}

/** Bytes that a span takes, its replay included, without its texts, and those of a character. Measured; rounded up. */
const BYTES = { perSpan: 1200, perCharacter: 2 };
/** Processes that are told apart: each has a trace table. Of more, those of one service share the table of the first. */
const MAX_PROCESSES = 100;

export function createRecording({ wanted, maxBytes }: RecordingOptions): RecordingBuilder {
  const byId = new Map<string, RecordedSpan>();
  const processes = createProcesses();
  const counts = { unusable: 0, repeated: 0 };
  let bytes = 0;

  function addOne(record: SpanRecord): void {
    const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } = record;
    if (traceId === '' || spanId === '' || startTimeUnixNano === 0n || endTimeUnixNano === 0n) {
      counts.unusable += 1;
      return;
    }
    const id = traceId + spanId;
    if (byId.has(id)) {
      counts.repeated += 1;
      return;
    }
    const span = new RecordedSpan(record, processes.of(record.resource), wanted);
    byId.set(id, span);
    bytes += BYTES.perSpan + BYTES.perCharacter * (span.name.length + span.recordedState.length + lengthOf(span));
  }

  return {
    add(records) {
      for (const record of records) {
        if (bytes >= maxBytes) return false;
        addOne(record);
      }
      return bytes < maxBytes;
    },
    finish() {
      const spans = [...byId.values()];
      for (const span of spans) findParent(span, byId);
      const recordedStarts = spans.map(({ start }) => start);
      for (const span of spans) place(span);
      const early = apart(
        spans.map(({ start }, i) => start - (recordedStarts[i] ?? start)),
        LEAST_EARLY,
      );
      const late = apart(
        spans.map(({ start, parent }) => start - (parent?.end ?? start)),
        LEAST_LATE,
      );
      return { spans, processes: processes.all, ...counts, early, late, isFull: bytes >= maxBytes };
    },
  };
}

/** Milliseconds. Clocks of hosts are seldom more apart. */
const LEAST_EARLY = 1000;
/** Milliseconds. A message may well wait for minutes. */
const LEAST_LATE = 600_000;

function apart(distances: readonly number[], least: number): Apart {
  let spans = 0;
  let mostMillis = 0;
  for (const distance of distances) {
    if (distance < least) continue;
    spans += 1;
    mostMillis = Math.max(mostMillis, distance);
  }
  return { spans, mostMillis };
}

function lengthOf(span: RecordedSpan): number {
  let length = 0;
  for (const value of Object.values(span.attributes)) {
    length += typeof value === 'string' ? value.length : (JSON.stringify(value, bigintsAsText)?.length ?? 0);
  }
  return length;
}

function createProcesses(): { of(resource: Resource): RecordedProcess; readonly all: readonly RecordedProcess[] } {
  const all: RecordedProcess[] = [];
  const known = new WeakMap<Resource, RecordedProcess>();
  const byText = new Map<string, RecordedProcess>();

  function find(resource: Resource): RecordedProcess {
    const text = JSON.stringify(Object.entries(resource.attributes).toSorted(byKey), bigintsAsText);
    const found = byText.get(text);
    if (found !== undefined) return found;
    const service = serviceName(resource);
    const shared = all.length >= MAX_PROCESSES ? (all.find((each) => each.service === service) ?? all[0]) : undefined;
    const process = shared ?? { index: all.length, service, resource };
    if (shared === undefined) {
      all.push(process);
      byText.set(text, process);
    }
    return process;
  }

  return {
    all,
    of(resource) {
      let process = known.get(resource);
      if (process === undefined) {
        process = find(resource);
        known.set(resource, process);
      }
      return process;
    },
  };
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** A parent of another process, and one that is not in the file, is remote. */
function findParent(span: RecordedSpan, byId: ReadonlyMap<string, RecordedSpan>): void {
  if (span.parentSpanId === undefined) return;
  span.parent = byId.get(span.traceId + span.parentSpanId);
  span.isParentRemote = span.parent?.process !== span.process || span.saysParentRemote;
}

/** Puts a span behind its ancestors; of a circle, one span loses its parent. */
function place(span: RecordedSpan): void {
  const above: RecordedSpan[] = [];
  const seen = new Set<RecordedSpan>();
  for (let each: RecordedSpan | undefined = span; each !== undefined && each.depth === 0; each = each.parent) {
    above.push(each);
    seen.add(each);
    if (each.parent !== undefined && seen.has(each.parent)) {
      each.parent = undefined;
      each.isParentRemote = true;
    }
  }
  for (const each of above.toReversed()) {
    const { parent } = each;
    each.depth = (parent?.depth ?? 0) + 1;
    if (parent !== undefined && parent.start > each.start) each.start = parent.start;
    each.end = Math.max(each.end, each.start);
  }
}
