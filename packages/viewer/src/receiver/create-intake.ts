import type { IncomingHttpHeaders } from 'node:http';

import { decodeLogsJson } from '../otlp/decode-logs-json.ts';
import { decodeLogs } from '../otlp/decode-logs.ts';
import { decodeMetricsJson } from '../otlp/decode-metrics-json.ts';
import { decodeMetrics } from '../otlp/decode-metrics.ts';
import { decodeTracesJson } from '../otlp/decode-traces-json.ts';
import { decodeTracesLazily } from '../otlp/decode-traces.ts';
import type { MetricStore } from '../store/create-metric-store.ts';
import type { AddResult, Store } from '../store/create-store.ts';
import { type Activity, createActivity } from './create-activity.ts';
import { createRefusals, type Refusals } from './create-refusals.ts';
import type { Encoding } from './otlp-answer.ts';
import { type BodyReader, createBodyReader, type Refusal } from './read-body.ts';

/** Parts that the receivers of all protocols share: limits, counts, and the way of a request's body into the store. */
export interface Intake {
  readonly bodies: BodyReader;
  readonly refusals: Refusals;
  readonly activity: Activity;
  /** Stores what a request carries. */
  take(request: Delivery): Delivered | Refusal;
  stats(): ReceiverStats;
}

export type SignalName = 'traces' | 'logs' | 'metrics';

/** An export request whose body has been read. */
interface Delivery {
  readonly signal: SignalName;
  readonly encoding: Encoding;
  readonly received: ReceivedRequest;
}

/** A request as it was received. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Inflated when it was compressed. */
  readonly body: Buffer;
}

/** Fate of a well-formed request. */
export interface Delivered {
  /** Records that were not stored. */
  readonly rejected: number;
  /** Why; empty when all were. */
  readonly problem: string;
}

/** Counts of the requests for a signal, and of their bytes after inflating. */
export interface SignalStats {
  requests: number;
  bytes: number;
}

export interface ReceiverStats {
  readonly traces: Readonly<SignalStats>;
  readonly logs: Readonly<SignalStats>;
  readonly metrics: Readonly<SignalStats>;
  /** Requests that were answered with 400 or above. */
  readonly refused: number;
}

const REJECTED = 'have no trace id or span id, or belong to a trace that alone fills its share of the viewer';

type OnProblem = (problem: string) => void;
type StoreBody = (encoding: Encoding, body: Buffer, onProblem: OnProblem) => Pick<AddResult, 'rejected'> | undefined;

/** Places of a viewer where telemetry goes. */
export interface IntakeStores {
  readonly store: Store;
  readonly metrics: MetricStore;
}

/** @param keep is given every OTLP request whose body was read, whether it is well-formed or not */
export function createIntake({ store, metrics }: IntakeStores, keep: (received: ReceivedRequest) => void): Intake {
  const stats: Record<SignalName, SignalStats> = {
    traces: { requests: 0, bytes: 0 },
    logs: { requests: 0, bytes: 0 },
    metrics: { requests: 0, bytes: 0 },
  };
  const storeBody: Record<SignalName, StoreBody> = {
    traces(encoding, body, onProblem) {
      const isJson = encoding === 'application/json';
      const spans = isJson ? decodeTracesJson(body.toString(), onProblem) : decodeTracesLazily(body, onProblem);
      return spans && store.addSpans(spans);
    },
    logs(encoding, body, onProblem) {
      const isJson = encoding === 'application/json';
      const logs = isJson ? decodeLogsJson(body.toString(), onProblem) : decodeLogs(body, onProblem);
      return logs && store.addLogs(logs);
    },
    metrics(encoding, body, onProblem) {
      const isJson = encoding === 'application/json';
      const read = isJson ? decodeMetricsJson(body.toString(), onProblem) : decodeMetrics(body, onProblem);
      if (read === undefined) return undefined;
      metrics.add(read);
      return { rejected: 0 };
    },
  };
  const refusals = createRefusals();

  return {
    bodies: createBodyReader(),
    refusals,
    activity: createActivity(),
    take({ signal, encoding, received }) {
      stats[signal].requests += 1;
      stats[signal].bytes += received.body.length;
      keep(received);
      let problem = 'is malformed';
      const result = storeBody[signal](encoding, received.body, (told) => (problem = told));
      if (result === undefined) return { status: 400, problem };
      const { rejected } = result;
      return { rejected, problem: rejected === 0 ? '' : `${rejected} ${REJECTED}` };
    },
    stats: () => ({
      traces: { ...stats.traces },
      logs: { ...stats.logs },
      metrics: { ...stats.metrics },
      refused: refusals.count,
    }),
  };
}
