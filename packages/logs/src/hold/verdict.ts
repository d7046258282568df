/**
 * Who decides which traces are kept tells it here. With `@clew/sdk` an error in a trace keeps it; a tail sampling
 * policy may decide by anything.
 */
export interface TraceVerdicts {
  /** From now on somebody judges. Until then nothing is held: it would wait for ever. */
  judge(): void;
  /** A local root of the trace has started in this process. */
  begin(traceId: string): void;
  /** Releases what is held of the trace, in order; what is logged in it from now on is written at once. */
  keep(traceId: string): void;
  /** A local root of the trace has ended. After the last one, what is held of a trace that is not kept is discarded. */
  end(traceId: string): void;
  /** The process ends: keeps all traces that have begun and not ended, and has what was released written out. */
  keepOpen(): void;
}
