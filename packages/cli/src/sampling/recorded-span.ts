import type { EndedSpan } from '@clew/sampling/internal';
import { type AttributeValue, durationNanos, type SpanRecord } from '@clew/viewer';

import type { RecordedProcess } from './recording.ts';

const NANOS_PER_MILLI = 1e6;
const SAMPLED = 0b1;
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** A recorded span, with what a policy can ask about it and no more: files have millions. */
export class RecordedSpan implements EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code: number };
  readonly durationMillis: number;
  readonly process: RecordedProcess;
  readonly hasLinks: boolean;
  /** The flags and the `tracestate` that it was recorded with. */
  readonly recordedFlags: number | undefined;
  readonly recordedState: string;
  readonly #attributes: Readonly<Record<string, AttributeValue>>;

  /** Milliseconds since 1970. Moved where it lies before that of the parent, whose clock may be another. */
  start: number;
  end: number;
  /** The parent; `undefined` where there is none, or none in the file. */
  parent: RecordedSpan | undefined = undefined;
  isParentRemote: boolean = false;
  /** The number of its ancestors in the file. */
  depth: number = 0;

  /** The flags and the `tracestate` that it gets when it is replayed. */
  traceFlags: number = 0;
  traceState: string = '';
  /** The sampler has let it be recorded. */
  isRecorded: boolean = false;
  /** The table has got it. */
  hasEnded: boolean = false;
  /** Time at which it was handed on; NaN while it was not. */
  keptAt: number = Number.NaN;
  /** The threshold that it was handed on with. */
  threshold: string | undefined = undefined;

  constructor(span: SpanRecord, process: RecordedProcess, wanted: ReadonlySet<string>) {
    this.traceId = span.traceId;
    this.spanId = span.spanId;
    this.parentSpanId = span.parentSpanId;
    this.name = span.name;
    this.kind = Math.max(0, span.kind - 1); // OpenTelemetry's API has no number for an unknown kind
    this.status = { code: span.status.code };
    this.durationMillis = Number(durationNanos(span)) / NANOS_PER_MILLI;
    this.process = process;
    this.hasLinks = span.links.length > 0 || span.droppedLinksCount > 0;
    this.recordedFlags = span.flags;
    this.recordedState = span.traceState ?? '';
    this.#attributes = only(wanted, span.attributes);
    this.start = Number(span.startTimeUnixNano) / NANOS_PER_MILLI;
    this.end = this.start + this.durationMillis;
  }

  get resource(): RecordedProcess['resource'] {
    return this.process.resource;
  }

  get attributes(): Readonly<Record<string, AttributeValue>> {
    return this.#attributes;
  }

  get isKept(): boolean {
    return !Number.isNaN(this.keptAt);
  }

  get isLocalRoot(): boolean {
    return this.parentSpanId === undefined || this.isParentRemote;
  }

  /** The recorder has said that the parent is in another process, though its resource may be the same. */
  get saysParentRemote(): boolean {
    const flags = this.recordedFlags ?? 0;
    return (flags & HAS_IS_REMOTE) !== 0 && (flags & IS_REMOTE) !== 0;
  }

  /** Recorders that do not write flags have recorded it all the same. */
  get wasSampled(): boolean {
    const flags = this.recordedFlags ?? 0;
    return flags === 0 || (flags & SAMPLED) !== 0;
  }

  attribute(key: string): AttributeValue | undefined {
    return this.#attributes[key];
  }
}

// An object without any prototype is a hash table to V8, several times the size of one with a shape.
const NOTHING = Object.freeze(Object.create(null) as object);

function only(wanted: ReadonlySet<string>, attributes: SpanRecord['attributes']): Record<string, AttributeValue> {
  const kept = Object.create(NOTHING) as Record<string, AttributeValue>;
  for (const key of wanted) {
    const value = attributes[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}
