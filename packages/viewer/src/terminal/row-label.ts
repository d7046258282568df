import { databaseSystem } from '../reading/peer-systems.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import { hasError, type SpanRecord } from '../span-record.ts';
import { cut, displayWidth, printableStart } from './printable.ts';
import type { Row } from './span-rows.ts';
import type { TreeLines } from './tree-lines.ts';

/** The left part of a row, piece by piece, printable: `│  └─ ✖ POST /charge × 3  payments`. */
export interface RowLabel {
  /** Tree lines, and the depth in numbers where it is not drawn. */
  readonly lead: string;
  readonly mark: string;
  readonly name: string;
  /** Number of equal spans that a row stands for, and a hint where they look like a query in a loop: ` × 50 (N+1?)`. */
  readonly times: string;
  /** The service, where it is not that of the row above: `  payments`. */
  readonly where: string;
  readonly failed: boolean;
}

const MAX_SERVICE = 40; // columns
const N_PLUS_1_FROM = 5;

export function rowLabel(row: Row, span: SpanRecord, { maxDepth }: TreeLines): RowLabel {
  const failed = hasError(span);
  const service = serviceName(span.resource);
  const isNewService = row.parent === undefined ? row.depth > 0 : serviceName(row.parent.resource) !== service;
  return {
    lead: row.lead + (row.depth > maxDepth ? `⋯${row.depth} ` : ''),
    mark: failed ? '✖ ' : '',
    name: printableStart(spanLabel(span)),
    times: timesOf(row.spans),
    where: isNewService ? `  ${cut(printableStart(service), MAX_SERVICE)}` : '',
    failed,
  };
}

/** Columns that a label takes on one line. */
export function labelWidth({ lead, mark, name, times, where }: RowLabel): number {
  return displayWidth(lead + mark + name + times + where);
}

function timesOf(spans: readonly SpanRecord[]): string {
  const [span] = spans;
  if (span === undefined || spans.length === 1) return '';
  const looksLikeLoop = spans.length >= N_PLUS_1_FROM && databaseSystem(span) !== undefined;
  return ` × ${spans.length}${looksLikeLoop ? ' (N+1?)' : ''}`;
}
