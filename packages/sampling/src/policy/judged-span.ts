import type { SpanKind } from '@opentelemetry/api';

/** An ended span as rules read it, whoever's class the span is of. Read only. */
export interface JudgedSpan {
  /** `undefined` for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  /** The parent is in another process. */
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: { readonly code: number };
  readonly durationMillis: number;
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  /** The value of an attribute, `undefined` where the span does not have it. */
  attribute(key: string): unknown;
}

/** Returns whether a span is the first of its trace in this process. */
export const isLocalRoot = ({
  parentSpanId,
  isParentRemote,
}: Pick<JudgedSpan, 'parentSpanId' | 'isParentRemote'>): boolean => parentSpanId === undefined || isParentRemote;
