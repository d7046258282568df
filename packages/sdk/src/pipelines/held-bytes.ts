import type { Amendment, EndedSpan, HeldSpan, SpanSink } from '@clew/sampling/internal';

import type { SpanAmendment } from '../outbox/encoding/span-amendment.ts';
import { otlpFlags } from '../outbox/encoding/span-encoder.ts';
import type { SpanFormat } from '../outbox/encoding/span-format.ts';
import type { BlockStore, Handle } from '../outbox/queue/block-store.ts';
import type { Scope } from '../outbox/queue/record-queue.ts';
import type { StageOut } from '../outbox/stage.ts';
import { TOO_MANY } from './tell-limits.ts';

/** Spans that wait for the decision about their trace as encoded bytes, in memory that all threads share. */
export interface HeldBytes extends SpanSink<Handle> {
  /** Has a span taken whose buffer is lent until then. Another one may be taken meanwhile. */
  taking(span: EndedSpan, scope: Scope, buffer: Buffer, length: number, take: (span: EndedSpan) => void): void;
  /** The number of spans that were not kept. */
  sampledOut(): number;
  countSampledOut(count: number): void;
}

const NEARLY_FULL = 0.8;
const EMPTY = Buffer.alloc(0);
/** Stands for a span that came when another thread had adopted the store: that decides by what was here before. */
const LEFT_BEHIND: Handle = -1;

/** @param maxBytes of the memory that `store` has with all threads */
// oxlint-disable-next-line max-lines-per-function -- its functions close over the span that is being taken; none is long
export function createHeldBytes(
  store: BlockStore,
  out: StageOut,
  amend: SpanFormat['amend'],
  maxBytes: number,
): HeldBytes {
  // The span that is being taken: the first `length` bytes of `buffer`.
  let span: EndedSpan | undefined;
  let scope: Scope | undefined;
  let buffer: Buffer = EMPTY;
  let length = 0;
  let sampledOut = 0;
  // Most spans of a trace are changed alike.
  let lastAmendment: Amendment | undefined;
  let isLastRemote = false;
  let lastForFormat: SpanAmendment = {};

  function amendmentFor(amendment: Amendment, flags: FlagsOf): SpanAmendment {
    if (amendment !== lastAmendment || flags.isParentRemote !== isLastRemote) {
      lastAmendment = amendment;
      isLastRemote = flags.isParentRemote;
      lastForFormat = spanAmendment(amendment, flags);
    }
    return lastForFormat;
  }

  function send(of: Scope, bytes: Buffer, size: number, flags: FlagsOf, amendment: Amendment | undefined): void {
    if (amendment === undefined) return out.enqueue(of, bytes, size);
    const amended = amend(bytes.length === size ? bytes : bytes.subarray(0, size), amendmentFor(amendment, flags));
    out.enqueue(of, amended, amended.length);
  }

  return {
    taking(newSpan, newScope, newBuffer, newLength, take) {
      const outer = { span, scope, buffer, length };
      span = newSpan;
      scope = newScope;
      buffer = newBuffer;
      length = newLength;
      try {
        take(newSpan);
      } finally {
        ({ span, scope, buffer, length } = outer);
      }
    },
    hold() {
      const handle = scope && store.put(scope, buffer, length);
      if (handle === undefined && !store.isOwn()) return LEFT_BEHIND; // it is no lack of room
      // Making room may have something else recorded, which is encoded in the same place.
      if (handle === undefined) buffer = Buffer.from(buffer.subarray(0, length));
      return handle;
    },
    pass(amendment) {
      if (span !== undefined && scope !== undefined) send(scope, buffer, length, span, amendment);
    },
    refuse: () => void (sampledOut += 1),
    release(held: HeldSpan<Handle>, amendment) {
      if (held.item === LEFT_BEHIND) return;
      const of = store.scopeOf(held.item);
      const bytes = store.read(held.item);
      if (bytes !== undefined && store.free(held.item)) send(of, bytes, bytes.length, held, amendment);
    },
    discard({ item }) {
      if (store.free(item)) sampledOut += 1;
    },
    leaveOut(count, isKept) {
      if (isKept) out.lose(count, TOO_MANY.reason, TOO_MANY.explanation);
      else sampledOut += count;
    },
    isNearlyFull: () => store.bytes() > maxBytes * NEARLY_FULL,
    sampledOut: () => sampledOut,
    countSampledOut: (count) => void (sampledOut += count),
  };
}

interface FlagsOf {
  readonly traceFlags: number;
  readonly isParentRemote: boolean;
}

/** The amendment as a span format takes it. */
export function spanAmendment(
  { traceState, traceFlags, attributes }: Amendment,
  { isParentRemote }: FlagsOf,
): SpanAmendment {
  return {
    ...(traceState !== undefined && { traceState }),
    ...(traceFlags !== undefined && { flags: otlpFlags(traceFlags, isParentRemote) }),
    ...(attributes !== undefined && { attributes }),
  };
}
