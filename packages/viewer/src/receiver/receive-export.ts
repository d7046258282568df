import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import { decodeLogsJson } from '../otlp/decode-logs-json.ts';
import { decodeLogs } from '../otlp/decode-logs.ts';
import { decodeTracesJson } from '../otlp/decode-traces-json.ts';
import { decodeTracesLazily } from '../otlp/decode-traces.ts';
import type { AddResult, Store } from '../store/create-store.ts';
import { type Answer, type Encoding, partialAnswer, refusalAnswer, successAnswer, textAnswer } from './otlp-answer.ts';
import type { ReadBody } from './read-body.ts';

/** A request as it was received. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Inflated when it was compressed. */
  readonly body: Buffer;
}

/** How many requests came for a signal, and their bytes after inflating. */
export interface SignalStats {
  requests: number;
  bytes: number;
}

/** Where the requests of one signal go. */
export interface Signal {
  readonly stats: SignalStats;
  /** Unit in which rejected records are counted, as OTLP/JSON spells it. */
  readonly unit: 'Spans' | 'LogRecords' | 'DataPoints';
  /** Stores the records of a body, or tells what is wrong with it and returns `undefined`. */
  store(encoding: Encoding, body: Buffer, onProblem: (problem: string) => void): AddResult | undefined;
}

const REJECTED = 'have no trace id or span id, or belong to a trace that alone fills its share of the viewer';

/** The signals by path. Metrics are taken and counted, but not kept. */
export function createSignals(store: Store): Readonly<Record<string, Signal>> {
  return {
    '/v1/traces': {
      stats: { requests: 0, bytes: 0 },
      unit: 'Spans',
      store(encoding, body, onProblem) {
        const isJson = encoding === 'application/json';
        const spans = isJson ? decodeTracesJson(body.toString(), onProblem) : decodeTracesLazily(body, onProblem);
        return spans && store.addSpans(spans);
      },
    },
    '/v1/logs': {
      stats: { requests: 0, bytes: 0 },
      unit: 'LogRecords',
      store(encoding, body, onProblem) {
        const isJson = encoding === 'application/json';
        const logs = isJson ? decodeLogsJson(body.toString(), onProblem) : decodeLogs(body, onProblem);
        return logs && store.addLogs(logs);
      },
    },
    '/v1/metrics': {
      stats: { requests: 0, bytes: 0 },
      unit: 'DataPoints',
      store: () => ({ added: 0, duplicates: 0, rejected: 0 }),
    },
  };
}

/** Parts of a receiver that all its requests share. */
export interface Intake {
  readonly readBody: ReadBody;
  /** Is given a request once its body has been read, whether it is well-formed or not. */
  readonly keep: (received: ReceivedRequest) => void;
}

/**
 * Takes one OTLP export request.
 */
export async function receiveExport(
  request: IncomingMessage,
  path: string,
  signal: Signal,
  { readBody, keep }: Intake,
): Promise<Answer> {
  const encoding = encodingOf(request);
  if (encoding === undefined) {
    return textAnswer(415, 'OTLP needs the content-type application/x-protobuf or application/json');
  }
  const body = await readBody(request);
  if (!Buffer.isBuffer(body)) return refusalAnswer(encoding, body.status, body.problem);
  signal.stats.requests += 1;
  signal.stats.bytes += body.length;
  keep({ path, headers: request.headers, body });

  let problem = 'is malformed';
  const result = signal.store(encoding, body, (told) => (problem = told));
  if (result === undefined) return refusalAnswer(encoding, 400, problem);
  if (result.rejected === 0) return successAnswer(encoding);
  return partialAnswer(encoding, result.rejected, signal.unit, `${result.rejected} ${REJECTED}`);
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-protobuf' || type === 'application/json' ? type : undefined;
}
