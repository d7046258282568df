import type {
  ChangedTraces,
  ErrorListAnswer,
  FindAnswer,
  LogListAnswer,
  MapAnswer,
  MetricListAnswer,
  SpanAnswer,
  StatsAnswer,
  TraceAnswer,
  TraceListAnswer,
} from '../../src/api/answers.ts';

/** Place where the page reads traces: a running viewer, or what a saved page has in itself. */
export interface DataSource {
  readonly kind: 'live' | 'saved';
  /** These reject with `SourceProblem`. */
  traces(query: string, cursor?: string): Promise<TraceListAnswer>;
  trace(traceId: string): Promise<TraceAnswer>;
  span(traceId: string, spanId: string): Promise<SpanAnswer>;
  find(traceId: string, text: string): Promise<FindAnswer>;
  /** The waterfall of a trace as text. */
  text(traceId: string): Promise<string>;
  errors(): Promise<ErrorListAnswer>;
  map(): Promise<MapAnswer>;
  logs(wanted: WantedLogs): Promise<LogListAnswer>;
  metrics(): Promise<MetricListAnswer>;
  clear(): Promise<void>;
  /** Tells what changes, until the returned function is called. */
  subscribe(listener: SourceListener): () => void;
}

/** Which log lines: those that match a query, of a level (`warn`) or above, after a cursor. Empty texts want all. */
interface WantedLogs {
  readonly query: string;
  readonly level: string;
  readonly cursor?: string;
}

export interface SourceListener {
  tracesChanged(changed: ChangedTraces): void;
  statsChanged(stats: StatsAnswer): void;
  cleared(): void;
  /** Told with true after each connect, when anything may have been missed, and with false when the viewer does not answer. */
  connected(isConnected: boolean): void;
}

/** A request that was refused, or got no answer. */
export class SourceProblem extends Error {
  /** Status of HTTP; 0 without an answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'SourceProblem';
    this.status = status;
  }
}
