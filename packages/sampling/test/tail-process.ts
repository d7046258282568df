// A process with OpenTelemetry's SDK as it comes and a tail sampler in it, beside the model of both.

import { createTraceState, ROOT_CONTEXT, trace, type Context, type Span } from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

import type { Policy } from '../src/policy/policy.ts';
import { endedSpan } from '../src/tail/read-span.ts';
import { createTailSampler, type TailSampler } from '../src/tail/tail-sampler.ts';
import { number } from './exact-model.ts';
import { createTailModel, type ModelSpan, type Stay, type TailModel } from './tail-model.ts';

/** A remote parent, as a caller's headers name it. */
export interface Caller {
  readonly isSampled: boolean;
  readonly th: string | undefined;
}

/** A trace: where it is in the order of randomness, and what its `tracestate` says beside the threshold. */
export interface TraceOf {
  readonly traceId: string;
  readonly rv: string | undefined;
  readonly others: string;
}

/** One started span, in the SDK and in the model. */
export interface Started {
  readonly span: Span & ReadableSpan;
  readonly trace: TraceOf;
  readonly parent: Started | undefined;
  readonly caller: Caller | undefined;
  readonly isRecorded: boolean;
  /** `undefined` where it should not be recorded. */
  readonly model: ModelSpan | undefined;
  hasEnded: boolean;
  /** It ended after another process was told that its trace is sampled. */
  isOwed: boolean;
}

export interface TailProcess {
  readonly tail: TailSampler;
  readonly model: TailModel;
  readonly clock: { at: number; now(): number };
  readonly started: readonly Started[];
  exported(): readonly ReadableSpan[];
  root(of: TraceOf, path: string, caller: Caller | undefined): Started;
  child(parent: Started): Started;
  end(started: Started, how: { readonly isError: boolean; readonly name: string; readonly route: string }): void;
  inject(started: Started): void;
}

export function createTailProcess(policy: Policy): TailProcess {
  const exported: ReadableSpan[] = [];
  const next: SpanProcessor = {
    onStart() {},
    onEnd: (span) => void exported.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(), // those of the SDK take no spans after that
  };
  const clock = { at: 1000, now: () => clock.at };
  const tail = createTailSampler(policy, { clock, next });
  const model = createTailModel(policy, () => clock.at);
  const started: Started[] = [];
  const told = new Set<ModelSpan['root']>(); // while their traces were undecided, or after an age
  let traceId = '';
  let ids = 0;
  const generateSpanId = (): string => (++ids).toString(16).padStart(16, '0');
  const provider = new TracerProvider({
    idGenerator: { generateTraceId: () => traceId, generateSpanId },
    spanProcessors: [tail],
    sampler: tail.sampler,
  });
  const tracer = provider.getTracer('model');

  function note(one: Omit<Started, 'isRecorded' | 'hasEnded' | 'isOwed'>): Started {
    const noted = { ...one, isRecorded: one.span.isRecording(), hasEnded: false, isOwed: false };
    started.push(noted);
    return noted;
  }

  return {
    tail,
    model,
    clock,
    started,
    exported: () => exported,
    root(of, path, caller) {
      traceId = of.traceId;
      const context = caller === undefined ? ROOT_CONTEXT : contextOf(of, caller, generateSpanId());
      const span = tracer.startSpan('root', { attributes: { 'url.path': path } }, context) as Span & ReadableSpan;
      const inModel = model.rootStarted({
        traceId,
        randomness: number((caller && of.rv) ?? traceId.slice(-14)),
        path,
        parent: caller && { isSampled: caller.isSampled, th: caller.th === undefined ? undefined : number(caller.th) },
      });
      return note({ span, trace: of, parent: undefined, caller, model: inModel });
    },
    child(parent) {
      const span = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent.span)) as Span & ReadableSpan;
      const isRecorded = span.isRecording() && parent.model !== undefined;
      const inModel = isRecorded ? model.childStarted(parent.model) : undefined;
      return note({ span, trace: parent.trace, parent, caller: undefined, model: inModel });
    },
    end(one, { isError, name, route }) {
      const { span } = one;
      span.updateName(name).setAttribute('http.route', route);
      if (isError) span.setStatus({ code: 2 });
      one.hasEnded = true;
      one.isOwed = one.model !== undefined && told.has(one.model.root) && !(one.parent && isCutOff(one.parent));
      span.end();
      if (one.model !== undefined) model.ended(one.model, endedSpan(span));
    },
    inject({ span, model: inModel }) {
      const { traceId: ofSpan, traceFlags } = span.spanContext();
      const isSampled = (traceFlags & 1) !== 0 || tail.isPromoted(ofSpan);
      if (isSampled && inModel !== undefined && isOpen(inModel.stay)) told.add(inModel.root);
      tail.contextInjected(ofSpan);
      model.injected(ofSpan);
    },
  };
}

/** A span that is open when its parents are let go at an age may end when the trace is kept. */
export const isCutOff = ({ model, parent }: Started): boolean =>
  model?.isOfPast === true || (parent !== undefined && isCutOff(parent));

const isOpen = ({ decision, spans }: Stay): boolean =>
  decision === undefined && spans.some(({ isRoot, judged }) => isRoot && judged === undefined);

function contextOf({ traceId, rv, others }: TraceOf, { isSampled, th }: Caller, spanId: string): Context {
  const ot = [th === undefined ? '' : `th:${th}`, rv === undefined ? '' : `rv:${rv}`].filter((each) => each !== '');
  const members = [ot.length === 0 ? '' : `ot=${ot.join(';')}`, others].filter((each) => each !== '');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? 1 : 0,
    isRemote: true,
    ...(members.length > 0 && { traceState: createTraceState(members.join(',')) }),
  });
}
