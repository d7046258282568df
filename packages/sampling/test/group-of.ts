import { SpanKind } from '@opentelemetry/api';

import type { JudgedSpan } from '../src/policy/judged-span.ts';

/** A span that has ended. */
export interface SpanOf {
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly status?: number;
  readonly durationMillis?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
}

/** Spans of one local root: the children, which have ended before it, and the root. */
export function groupOf(root: SpanOf, ...children: readonly SpanOf[]): JudgedSpan[] {
  return [...children.map((child) => spanOf(child, 'b7ad6b7169203331')), spanOf(root, undefined)];
}

function spanOf(span: SpanOf, parentSpanId: string | undefined): JudgedSpan {
  const {
    name = 'GET',
    kind = SpanKind.SERVER,
    status = 0,
    durationMillis = 10,
    attributes = {},
    resource = {},
  } = span;
  return {
    parentSpanId,
    isParentRemote: false,
    name,
    kind,
    status: { code: status },
    durationMillis,
    resource: { attributes: resource },
    attribute: (key) => attributes[key],
  };
}
