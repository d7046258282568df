import { heldLogs, markHeld, type HeldSink } from '@clew/logs/hold/internal';

/** Destination of pino's lines. */
export interface PinoStream {
  write(line: string): unknown;
  flushSync?(): void;
}

/** Symbol under which a stream asks pino to tell it about each line, as `multistream` does. */
const METADATA: unique symbol = Symbol.for('pino.metadata') as never;
const FIELDS = ['lastLevel', 'lastObj', 'lastMsg', 'lastTime', 'lastLogger'] as const;
type Metadata = Partial<Record<(typeof FIELDS)[number], unknown>>;

/** A stand-in for the stream while pino makes one line. */
interface StreamTap extends PinoStream, Metadata {
  readonly [METADATA]: unknown;
}

/** A line that waits for the verdict, and what the stream is to be told about it. */
interface HeldLine {
  readonly line: string;
  readonly metadata: Metadata | undefined;
}

/** A stream as the tap sees it. */
export interface TappedStream {
  /** Stand-in that pino finds instead of the stream. */
  readonly tap: StreamTap;
  /** Writes a line as pino would have. */
  write(line: string): unknown;
  /** @returns false where the line must be written now */
  hold(line: string, traceId: string): boolean;
}

/** @param onLine gets what pino would have written to `stream` */
export function tapStream(stream: PinoStream, onLine: (line: string) => void): TappedStream {
  const asksForMetadata = () => Reflect.get(stream, METADATA) === true;
  const tap: StreamTap = {
    write: onLine,
    get [METADATA]() {
      return asksForMetadata();
    },
  };
  const sink: HeldSink<HeldLine> = {
    release({ line, metadata }) {
      if (metadata !== undefined) Object.assign(stream, metadata);
      stream.write(markHeld(line));
    },
    flush: () => stream.flushSync?.(),
  };
  return {
    tap,
    write(line) {
      if (asksForMetadata()) Object.assign(stream, metadataOf(tap));
      return stream.write(line);
    },
    hold(line, traceId) {
      const metadata = asksForMetadata() ? metadataOf(tap) : undefined;
      return heldLogs().hold(traceId, { line, metadata }, Buffer.byteLength(line), sink);
    },
  };
}

function metadataOf(tap: StreamTap): Metadata {
  return Object.fromEntries(FIELDS.map((field) => [field, tap[field]]));
}
