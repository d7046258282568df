import type { MapAnswer, MapEdge, MapNode } from '../api/answers.ts';
import { durationNanos, hasError, type SpanRecord } from '../span-record.ts';

/** Calls between nodes, while they are counted. */
export interface CallGraph {
  /** Counts the span at the node, and with a caller at the way from there, which fails if the span or the call does. */
  count(span: SpanRecord, node: GraphNode, caller?: GraphNode, call?: SpanRecord): void;
  /** Takes the times of a span into the time in which all was observed. */
  observe(span: SpanRecord): void;
  answer(): Omit<MapAnswer, 'api'>;
}

export type GraphNode = Pick<MapNode, 'label' | 'kind'>;

/** Nodes that are told: those with the most requests. */
const MAX_NODES = 200;

interface Calls {
  errors: number;
  readonly durations: number[];
}
type Node = Calls & Pick<MapNode, 'id' | 'label' | 'kind'>;
type Edge = Calls & Pick<MapEdge, 'from' | 'to'>;

export function createCallGraph(): CallGraph {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  let [start, end] = [0n, 0n];

  function countEdge(span: SpanRecord, call: SpanRecord, from: string, to: string): void {
    const key = JSON.stringify([from, to]);
    const edge = edges.get(key) ?? { from, to, errors: 0, durations: [] };
    edges.set(key, edge);
    countIn(edge, span, hasError(span) || hasError(call));
  }

  return {
    count(span, { kind, label }, caller, call = span) {
      const id = idOf({ kind, label });
      const node = nodes.get(id) ?? { id, label, kind, errors: 0, durations: [] };
      nodes.set(id, node);
      // Messages of a queue are counted once, as they come in.
      if (kind !== 'queue' || caller !== undefined) countIn(node, span, hasError(span));
      if (caller !== undefined) countEdge(span, call, idOf(caller), id);
    },
    observe({ startTimeUnixNano, endTimeUnixNano }) {
      if (startTimeUnixNano === 0n) return;
      if (start === 0n || startTimeUnixNano < start) start = startTimeUnixNano;
      if (endTimeUnixNano > end) end = endTimeUnixNano;
    },
    answer() {
      const seconds = Math.max(1, Number(end - start) / 1e9);
      const byRequests = [...nodes.values()].sort((a, b) => b.durations.length - a.durations.length);
      const kept = byRequests.slice(0, MAX_NODES);
      const ids = new Set(kept.map(({ id }) => id));
      return {
        nodes: kept.map((node) => nodeAnswer(node, seconds)),
        edges: [...edges.values()].filter(({ from, to }) => ids.has(from) && ids.has(to)).map(edgeAnswer),
        omitted: nodes.size - kept.length,
      };
    },
  };
}

function idOf({ kind, label }: GraphNode): string {
  return `${kind}:${label}`;
}

function countIn(calls: Calls, span: SpanRecord, isFailed: boolean): void {
  calls.durations.push(Number(durationNanos(span)));
  if (isFailed) calls.errors += 1;
}

function nodeAnswer({ id, label, kind, errors, durations }: Node, seconds: number): MapNode {
  const requests = durations.length;
  return { id, label, kind, requests, errors, perSecond: requests / seconds, ...percentiles(durations) };
}

function edgeAnswer({ from, to, errors, durations }: Edge): MapEdge {
  return { from, to, calls: durations.length, errors, ...percentiles(durations) };
}

function percentiles(durations: readonly number[]): Pick<MapEdge, 'p50Nanos' | 'p95Nanos'> {
  const sorted = Float64Array.from(durations).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50Nanos: at(0.5), p95Nanos: at(0.95) };
}
