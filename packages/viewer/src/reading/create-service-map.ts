import type { MapAnswer } from '../api/answers.ts';
import { serviceName } from '../resource.ts';
import { isLocalRoot, SPAN_KIND, type SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import { calledPeer, consumedQueue } from './called-peer.ts';
import { createCallGraph, type GraphNode } from './create-call-graph.ts';
import { cutText } from './cut-text.ts';

/** Calls between services, while traces are added. */
export interface ServiceMap {
  /** Yields now and then, so that others can have their turn. */
  addTrace(trace: Trace): Generator<undefined, void>;
  answer(): Omit<MapAnswer, 'api'>;
}

const SPANS_AT_A_TIME = 128;
const MAX_LABEL = 200; // characters

/**
 * A map of services with what they call. A call between traced services is counted at the one that is called; a message
 * by its queue, from the producer and to the consumer; a call to a database, or to a host where no traced service
 * answered, at the caller.
 */
export function createServiceMap(): ServiceMap {
  const graph = createCallGraph();

  /** Counts a span at which a request or a message enters its service. */
  function addEntry(span: SpanRecord, caller: SpanRecord | undefined): void {
    const queue = consumedQueue(span);
    const sender = caller && serviceOf(caller);
    // Where no span was made of the sending, whoever is above has sent.
    if (queue !== undefined)
      graph.count(span, queue, caller && calledPeer(caller)?.kind === 'queue' ? undefined : sender);
    // A refusal is an error for whoever asked, and none for whoever refused.
    const call = queue === undefined && caller?.kind === SPAN_KIND.client ? caller : span;
    graph.count(span, serviceOf(span), queue ?? sender, call);
  }

  function addCall(span: SpanRecord, hasTracedCallee: boolean): void {
    const peer = calledPeer(span);
    if (peer === undefined || (peer.kind === 'external' && hasTracedCallee)) return;
    graph.count(span, peer, serviceOf(span));
  }

  return {
    *addTrace({ spans }) {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      const withTracedCallee = new Set<SpanRecord>();
      for (const [place, span] of spans.entries()) {
        if (place % SPANS_AT_A_TIME === 0) yield;
        const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
        if (!isEntry(span, parent)) continue;
        addEntry(span, parent);
        if (parent !== undefined) withTracedCallee.add(parent);
      }
      for (const [place, span] of spans.entries()) {
        if (place % SPANS_AT_A_TIME === 0) yield;
        addCall(span, withTracedCallee.has(span));
        graph.observe(span);
      }
    },
    answer: graph.answer,
  };
}

function serviceOf({ resource }: SpanRecord): GraphNode {
  return { kind: 'service', label: cutText(serviceName(resource), MAX_LABEL) };
}

function isEntry(span: SpanRecord, parent: SpanRecord | undefined): boolean {
  if (parent === undefined || isLocalRoot(span)) return isLocalRoot(span);
  // A sender that does not say which parents are remote, and whose span is neither of a server nor of a consumer.
  return serviceName(parent.resource) !== serviceName(span.resource);
}
