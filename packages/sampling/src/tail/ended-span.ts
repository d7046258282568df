import type { JudgedSpan } from '../policy/judged-span.ts';

/** An ended span as a trace table takes it, whoever's class the span is of. Read only. */
export interface EndedSpan extends JudgedSpan {
  readonly status: { readonly code: number; readonly message?: string };
  readonly traceId: string;
  readonly spanId: string;
  /** The W3C trace flags of the span. */
  readonly traceFlags: number;
  /** The `tracestate` header, empty where there is none. */
  readonly traceState: string;
}

/** The span at which a trace has entered the process, as it starts: its parent is absent or remote. */
export interface StartedRoot {
  readonly traceId: string;
  readonly traceFlags: number;
  readonly traceState: string;
  /** The trace flags of the remote parent; `undefined` without one. */
  readonly parentFlags: number | undefined;
}

/** Changes of an ended span by the decision about its trace. */
export interface Amendment {
  /** Replaces the `tracestate`; `undefined` leaves it. */
  readonly traceState: string | undefined;
  /** Replace the W3C trace flags; `undefined` leaves them. */
  readonly traceFlags: number | undefined;
  /** Are added to the attributes. */
  readonly attributes: Readonly<Record<string, string | number | boolean>> | undefined;
}

const SAMPLED = 0b1;

export const isSampled = (traceFlags: number): boolean => (traceFlags & SAMPLED) !== 0;

export const withSampled = (traceFlags: number): number => traceFlags | SAMPLED;
