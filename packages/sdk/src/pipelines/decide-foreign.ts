import { threadId } from 'node:worker_threads';

import { guard, reportLoss } from '@clew/diagnostics';
import {
  createTraceTable,
  isLocalRoot,
  isSampled,
  otIn,
  type Amendment,
  type EndedSpan,
  type PolicyEngine,
  type TraceTable,
} from '@clew/sampling/internal';

import { adoptItems, type AdoptedItem } from '../outbox/queue/adopt-items.ts';
import type { Arena } from '../outbox/queue/arena.ts';
import type { ForeignItem } from '../outbox/queue/foreign-chunks.ts';
import { spanReader } from '../outbox/encoding/span-reader.ts';
import type { SpanFormat } from '../outbox/encoding/span-format.ts';
import type { StageOut } from '../outbox/stage.ts';
import { spanAmendment } from './held-bytes.ts';

/** Facts that a decision about the spans of other threads stands on. */
export interface ForeignDecision {
  /** The table of this thread: its policy and its budget decide. */
  readonly table: TraceTable;
  readonly format: SpanFormat;
  readonly out: StageOut;
}

/**
 * Takes over the spans that wait in other threads, decides about their traces by what is there, and queues what is kept.
 *
 * @param isWanted chooses the threads by their ids; this one must not be among them
 * @returns how many were not kept
 */
export function decideForeign(
  arena: Arena,
  isWanted: (thread: number) => boolean,
  { table, format, out }: ForeignDecision,
): number {
  let sampledOut = 0;
  for (const items of groupsOf(adoptItems(arena, threadId, isWanted))) {
    const [first] = items;
    if (first === undefined) continue;
    if (first.queue !== format.queue) {
      reportLoss('undecided spans of a worker', items.length, tellOtherFormat);
      continue;
    }
    out.recordForeign(items.length);
    const kept = keptOf(tracesOf(items), table, format);
    sampledOut += items.length - kept.length;
    out.enqueueForeign(first.threadId, first.resource, kept);
  }
  return sampledOut;
}

function tellOtherFormat(count: number): string {
  return `${count} spans of a worker thread were dropped: its options differ from those of the main thread`;
}

/** By thread and encoding, which have a resource in common. */
function groupsOf(items: Iterable<AdoptedItem>): Iterable<AdoptedItem[]> {
  const groups = new Map<string, AdoptedItem[]>();
  for (const item of items) {
    const key = `${item.threadId} ${item.queue}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups.values();
}

interface ReadSpan {
  readonly item: AdoptedItem;
  readonly facts: EndedSpan;
}

/** The spans by trace. One that cannot be read stands alone, and is not kept. */
function tracesOf(items: readonly AdoptedItem[]): Iterable<readonly [traceId: string, spans: ReadSpan[]]> {
  const traces = new Map<string, ReadSpan[]>();
  for (const item of items) {
    const facts = guard('reading a span of a worker', undefined, () => factsOf(item));
    if (facts === undefined) continue;
    const spans = traces.get(facts.traceId);
    if (spans === undefined) traces.set(facts.traceId, [{ item, facts }]);
    else spans.push({ item, facts });
  }
  return traces;
}

function factsOf({ queue, bytes, resource }: AdoptedItem): EndedSpan | undefined {
  const reader = spanReader(queue);
  if (reader === undefined) return undefined;
  const attributes = resource === undefined ? {} : reader.readResourceAttributes(resource);
  return { ...reader.readSpan(bytes), resource: { attributes } };
}

/** Takes all through a table of its own, as if they had just ended. They are held already: limits have had their say. */
function keptOf(
  traces: Iterable<readonly [traceId: string, spans: readonly ReadSpan[]]>,
  own: TraceTable,
  format: SpanFormat,
): ForeignItem[] {
  const engine = own.engine();
  const kept: ForeignItem[] = [];
  let current: ReadSpan | undefined;
  const keep = ({ item, facts }: ReadSpan, amendment: Amendment | undefined) => {
    const { bytes, scope } = item;
    const amended = amendment && Buffer.from(format.amend(bytes, spanAmendment(amendment, facts)));
    kept.push({ scope, bytes: amended ?? bytes });
  };
  const limits = { ...engine.policy.limits, bufferedSpans: Infinity, spansPerTrace: Infinity };
  const unlimited = { ...engine, policy: { ...engine.policy, limits, budget: undefined } };
  const table = createTraceTable<ReadSpan>({
    engine: unlimited,
    sink: {
      hold: () => current,
      pass: (amendment) => current && keep(current, amendment),
      refuse() {},
      release: ({ item }, amendment) => keep(item, amendment),
      discard() {},
      leaveOut() {},
      isNearlyFull: () => false,
    },
    now: () => 0,
    openSpanIds: () => NONE,
    ...(engine.policy.budget !== undefined && { decideNow: own.decideNow }),
  });
  for (const [traceId, spans] of traces) {
    begin(table, unlimited, traceId, spans);
    for (const span of spans) {
      current = span;
      table.take(span.facts);
    }
  }
  table.decideAll();
  return kept;
}

/** The start of a trace, as far as its ended spans tell of it. */
function begin(table: TraceTable, engine: PolicyEngine, traceId: string, spans: readonly ReadSpan[]): void {
  const all = spans.map(({ facts }) => facts);
  const first = all.find(isLocalRoot) ?? all[0];
  if (first === undefined) return;
  const { traceFlags, traceState, isParentRemote } = first;
  const isFollowed = isSampled(traceFlags) && otIn(traceState)?.threshold === undefined;
  const { ratio } = engine.policy.base;
  const rule = isFollowed ? 'upstream' : 'base';
  table.noteHead({ traceId, engine, rule, isFollowed, isHeadOnly: false, ratio, startRatio: ratio });
  table.rootStarted({ traceId, traceFlags, traceState, parentFlags: isParentRemote ? traceFlags : undefined });
}

const NONE: ReadonlySet<string> = new Set();
