import {
  type Amendment,
  createPolicyEngine,
  createPolicySampler,
  createTraceTable,
  type LimitEvent,
  otIn,
  type PolicyEngine,
  type PolicySampler,
  type RuleJudgement,
  type RuleProgress,
  type SpanSink,
  startContext,
  type StartParent,
  type TraceTable,
} from '@clew/sampling/internal';
import type { Policy } from '@clew/sampling/policy';
import { probabilityOf } from '@clew/trace-context';

import type { RecordedSpan } from './recorded-span.ts';
import type { RecordedProcess } from './recording.ts';

/** A process of a recording, with the sampler and the trace table that it would have. */
export interface ReplayedProcess {
  readonly table: TraceTable;
  readonly parts: Iterable<TracePart>;
  /** @param parent as a propagator or a span tells it; `undefined` for the root of a trace */
  start(span: RecordedSpan, parent: StartParent | undefined): void;
  end(span: RecordedSpan): void;
  /** Another process was told to continue the trace. */
  told(traceId: string): void;
}

/** The spans that one process has of a trace: the table decides about them together. */
export interface TracePart {
  readonly traceId: string;
  readonly process: RecordedProcess;
  readonly spans: RecordedSpan[];
  /** The rule that decides, or `base` or `upstream`; the last one, where a long trace was decided several times. */
  rule: string;
  /** The judgement of the tail rules; `undefined` where none matched, or none was asked. */
  judgement: RuleJudgement | undefined;
  head: PartHead;
  /** Other processes have been called in this trace: they were told whether it is kept. */
  isTold: boolean;
}

/** Decision about a trace as it entered the process. */
interface PartHead {
  /** The head rule that matched, `base` or `upstream`. */
  readonly rule: string;
  /** Share that is kept by it; `undefined` where a caller decides. */
  readonly ratio: number | undefined;
  /** A caller keeps the trace, and is followed. */
  readonly isFollowed: boolean;
  /** The share of such traces that this start has kept, by what a budget could bear. */
  readonly startRatio: number;
}

/** Told of what the table does. */
export interface ProcessEvents {
  onLimit(limit: LimitEvent): void;
  /** Spans were not held, of a trace that is kept. */
  onLeftOut(count: number): void;
  /** The tail rules were asked; under a budget some time before the verdict. */
  onJudged(part: TracePart, engine: PolicyEngine): void;
  onVerdict(part: TracePart, engine: PolicyEngine): void;
}

/** Stands for no span. */
export const NOBODY: StartParent = {
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: 0,
  traceState: '',
  isRemote: false,
};
const LINK = { context: { traceId: NOBODY.traceId, spanId: NOBODY.spanId, traceFlags: 0 } };

// By number, as OpenTelemetry's SDK has them.
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

export function createReplayedProcess(
  process: RecordedProcess,
  policy: Policy,
  clock: { readonly now: number },
  events: ProcessEvents,
): ReplayedProcess {
  const now = () => clock.now;
  const parts = new Map<string, TracePart>();
  const engine = createPolicyEngine(policy, { resource: process.resource.attributes, now });
  const watched = watchedEngine(engine, (traceId, judgement) => noteJudgement(parts.get(traceId), judgement));
  const sink = createSink(parts, now, events);
  const table = openTable(watched, sink, parts, now, events);
  const sampler = createPolicySampler(table, now);

  function noteJudgement(part: TracePart | undefined, judgement: RuleJudgement | undefined): void {
    if (part === undefined) return;
    part.judgement = judgement;
    events.onJudged(part, watched.engine);
  }

  function startRecorded(span: RecordedSpan, parent: StartParent | undefined): void {
    const { traceId, traceFlags, traceState, isLocalRoot } = span;
    const parentFlags = span.parentSpanId === undefined ? undefined : parent?.traceFlags;
    if (isLocalRoot) table.rootStarted({ traceId, traceFlags, traceState, parentFlags });
    table.spanStarted(traceId);
  }

  return {
    table,
    get parts() {
      return parts.values();
    },
    start(span, parent) {
      const part = partOf(parts, span, policy);
      part.spans.push(span);
      sample(sampler, span, parent);
      if (span.isLocalRoot) {
        const head = headOf(policy, parent, watched.takeHeadRule());
        part.head = { ...head, startRatio: startRatioOf(span, head, engine) };
        part.rule = part.head.rule;
      }
      if (span.isRecorded) startRecorded(span, parent);
    },
    end(span) {
      if (!span.isRecorded) return;
      span.hasEnded = true;
      sink.current = span;
      table.take(span);
      sink.current = undefined;
      table.spanEnded(span.traceId, span.isLocalRoot);
    },
    told(traceId) {
      table.contextInjected(traceId);
      const part = parts.get(traceId);
      if (part !== undefined) part.isTold = true;
    },
  };
}

/** Asks the sampler about a span as it starts. */
function sample(sampler: PolicySampler, span: RecordedSpan, parent: StartParent | undefined): void {
  const { traceId, name, kind, attributes } = span;
  const context = startContext(parent ?? NOBODY);
  const result = sampler.shouldSample(context, traceId, name, kind, attributes, span.hasLinks ? [LINK] : []);
  const inherited = parent?.traceId === traceId ? parent.traceState : '';
  const decision: number = result.decision;
  span.isRecorded = decision !== NOT_RECORD;
  span.traceFlags = decision === RECORD_AND_SAMPLED ? 1 : 0;
  span.traceState = result.traceState === undefined ? inherited : result.traceState.serialize();
}

function openTable(
  watched: WatchedEngine,
  sink: ReplaySink,
  parts: ReadonlyMap<string, TracePart>,
  now: () => number,
  events: ProcessEvents,
): TraceTable {
  return createTraceTable<RecordedSpan>({
    engine: watched.engine,
    sink,
    now,
    openSpanIds: (traceId) => openIds(parts.get(traceId), now()),
    onVerdict(traceId, isKept) {
      const part = parts.get(traceId);
      if (part === undefined) return;
      if (!isKept) part.rule = ruleThatDrops(part);
      events.onVerdict(part, watched.engine);
    },
    onLimit: events.onLimit,
  });
}

function partOf(parts: Map<string, TracePart>, { traceId, process }: RecordedSpan, { base }: Policy): TracePart {
  let part = parts.get(traceId);
  if (part === undefined) {
    const head: PartHead = { rule: 'base', ratio: base.ratio, isFollowed: false, startRatio: base.ratio };
    part = { traceId, process, spans: [], rule: head.rule, judgement: undefined, head, isTold: false };
    parts.set(traceId, part);
  }
  return part;
}

interface ReplaySink extends SpanSink<RecordedSpan> {
  /** The span that the table is asked about. */
  current: RecordedSpan | undefined;
}

/** Notes on the spans what becomes of them. */
function createSink(parts: ReadonlyMap<string, TracePart>, now: () => number, events: ProcessEvents): ReplaySink {
  function keep(span: RecordedSpan, amendment: Amendment | undefined): void {
    span.keptAt = now();
    span.threshold = otIn(amendment?.traceState ?? span.traceState)?.threshold;
    const rule = amendment?.attributes?.['sampling.rule'];
    const part = parts.get(span.traceId);
    if (part !== undefined && typeof rule === 'string') part.rule = rule;
  }

  const sink: ReplaySink = {
    current: undefined,
    hold: () => sink.current,
    pass: (amendment) => sink.current && keep(sink.current, amendment),
    refuse: () => undefined,
    release: ({ item }, amendment) => keep(item, amendment),
    discard: () => undefined,
    leaveOut: (count, isKept) => (isKept ? events.onLeftOut(count) : undefined),
    isNearlyFull: () => false,
  };
  return sink;
}

type HeadRule = Omit<PartHead, 'startRatio'>;

interface WatchedEngine {
  readonly engine: PolicyEngine;
  takeHeadRule(): HeadRule | undefined;
}

/** The engine, and what it was asked. */
function watchedEngine(
  given: PolicyEngine,
  onJudged: (traceId: string, judgement: RuleJudgement | undefined) => void,
): WatchedEngine {
  const traceIds = new WeakMap<RuleProgress, string>();
  let headRule: HeadRule | undefined;
  const engine: PolicyEngine = {
    ...given,
    watch: {
      ...given.watch,
      note(progress, span) {
        traceIds.set(progress, (span as RecordedSpan).traceId);
        given.watch.note(progress, span);
      },
      judge(progress) {
        const judgement = given.watch.judge(progress);
        const traceId = traceIds.get(progress);
        if (traceId !== undefined) onJudged(traceId, judgement);
        return judgement;
      },
    },
    head: {
      ...given.head,
      takeRule() {
        const rule = given.head.takeRule();
        headRule = rule && { rule: rule.name, ratio: rule.ratio, isFollowed: false };
        return rule;
      },
    },
  };
  return {
    engine,
    takeHeadRule() {
      const taken = headRule;
      headRule = undefined;
      return taken;
    },
  };
}

/** The share of the threshold that it started with, or that of its like, of which it was not kept. */
function startRatioOf({ traceFlags, traceState }: RecordedSpan, { ratio = 0 }: HeadRule, engine: PolicyEngine): number {
  const threshold = traceFlags === 0 ? undefined : otIn(traceState)?.threshold;
  return threshold === undefined ? ratio * engine.promises.scale() : probabilityOf(threshold);
}

/** A caller decides where the policy says so, and only about what it keeps where `respect-sampled` says so. */
function headOf({ upstream, base }: Policy, parent: StartParent | undefined, rule: HeadRule | undefined): HeadRule {
  const isCalled = parent !== undefined && parent.isRemote;
  const isSampled = isCalled && parent.traceFlags !== 0;
  const isDecided =
    isCalled && (isSampled ? upstream.startsWith('respect') : upstream === 'respect' || upstream === 'cap');
  if (isDecided) return { rule: 'upstream', ratio: undefined, isFollowed: isSampled };
  return rule ?? { rule: 'base', ratio: base.ratio, isFollowed: false };
}

/** Of the wishes that did not keep the part, the greatest would have kept most of its like. */
function ruleThatDrops({ judgement, head }: TracePart): string {
  if (judgement === undefined) return head.rule;
  return judgement.rule.drop || judgement.ratio >= (head.ratio ?? 0) ? judgement.rule.name : head.rule;
}

function openIds(part: TracePart | undefined, now: number): ReadonlySet<string> {
  const open = part?.spans.filter(({ start, end }) => start <= now && end > now) ?? [];
  return new Set(open.map(({ spanId }) => spanId));
}
