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
  /** Does the work of taking a span, whose buffer is lent until then. Another one may be recorded meanwhile. */
  during(lent: LentSpan, work: (span: EndedSpan) => void): void;
  /** The number of spans that were not kept. */
  sampledOut(): number;
  countSampledOut(count: number): void;
}

/** An encoded span: the first `length` bytes of `buffer`. */
interface LentSpan {
  readonly span: EndedSpan;
  readonly scope: Scope;
  readonly buffer: Buffer;
  readonly length: number;
}

const NEARLY_FULL = 0.8;

/** @param maxBytes of the memory that `store` has with all threads */
export function createHeldBytes(
  store: BlockStore,
  out: StageOut,
  amend: SpanFormat['amend'],
  maxBytes: number,
): HeldBytes {
  let current: LentSpan | undefined;
  let sampledOut = 0;

  function send(of: Scope, bytes: Buffer, size: number, flags: FlagsOf, amendment: Amendment | undefined): void {
    if (amendment === undefined) return out.enqueue(of, bytes, size);
    const amended = amend(bytes.subarray(0, size), spanAmendment(amendment, flags));
    out.enqueue(of, amended, amended.length);
  }

  return {
    during(lent, work) {
      const outer = current;
      current = lent;
      try {
        work(lent.span);
      } finally {
        current = outer;
      }
    },
    hold() {
      if (current === undefined) return undefined;
      const { scope, buffer, length } = current;
      const handle = store.put(scope, buffer, length);
      // Making room may have something else recorded, which is encoded in the same place.
      if (handle === undefined) current = { ...current, buffer: Buffer.from(buffer.subarray(0, length)) };
      return handle;
    },
    pass(amendment) {
      if (current !== undefined) send(current.scope, current.buffer, current.length, current.span, amendment);
    },
    refuse: () => void (sampledOut += 1),
    release(held: HeldSpan<Handle>, amendment) {
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
