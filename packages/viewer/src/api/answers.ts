/**
 * Answers of the viewer's HTTP API, version 1, as JSON. The page reads nothing else, and a saved page has the same in itself.
 * Ids are lowercase hex. Times are decimal strings of nanoseconds since 1970, since JSON has no integers of 64 bits; durations
 * and offsets are numbers of nanoseconds. Texts are as they were received: whoever shows them makes them harmless.
 */
export interface ApiAnswer {
  /** Version of this API. */
  readonly api: 1;
}

export const API_VERSION = 1;

/** A refused or failed request. */
export interface ErrorAnswer extends ApiAnswer {
  readonly error: string;
}

/** `GET /api/traces`: the traces that match, the newest first. */
export interface TraceListAnswer extends ApiAnswer {
  readonly traces: readonly TraceSummary[];
  /** Passed as `cursor`, continues the list; absent at its end. */
  readonly next?: string;
  /** Traces that are held, whether they match or not. */
  readonly held: number;
}

/** A trace in a line of a list. */
export interface TraceSummary {
  readonly traceId: string;
  /** Label of the root; empty while it has not arrived. */
  readonly name: string;
  /** Service of the root. Empty when nothing but log lines has arrived. */
  readonly service: string;
  /** In the order of their first span; at most 100. */
  readonly services: readonly string[];
  /** Databases and queues that were called, e.g. `postgresql`; at most 100. */
  readonly systems: readonly string[];
  /** Start of the earliest span. */
  readonly startUnixNano: string;
  /** Duration of the root; without a root, from the first start to the last end. */
  readonly durationNanos: number;
  readonly spans: number;
  /** Spans with the status of an error. */
  readonly errors: number;
  /** Error of the span where the first one began. */
  readonly error?: string;
  readonly logs: number;
  /** HTTP status of the root. */
  readonly httpStatus?: number;
  readonly complete: boolean;
  /** Grows with each change of any trace: who remembers the last one asks for what is newer. */
  readonly change: number;
}

/** Lists that run side by side: the n-th entry of each is about the n-th span. Names and services are indexes into lists. */
export interface SpanColumns {
  readonly id: readonly string[];
  /** Index of the parent; -1 where there is none or it has not arrived. A parent stands before its children. */
  readonly parent: readonly number[];
  /** 0 at the top. With the order, which is that of the rows of a tree, it says where a subtree ends. */
  readonly depth: readonly number[];
  /** Index in `names`. */
  readonly name: readonly number[];
  /** Index in `services`. */
  readonly service: readonly number[];
  /** As OTLP has it: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: readonly number[];
  /** Nanoseconds after the start of the trace. */
  readonly start: readonly number[];
  /** Nanoseconds; negative for a span that ended before it started. */
  readonly duration: readonly number[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: readonly number[];
  /** Index in `systems` of the database or queue that the span calls; -1 for none. */
  readonly system: readonly number[];
  readonly logs: readonly number[];
  readonly events: readonly number[];
}

/** `GET /api/traces/<trace id>`: a trace as the rows of its tree, without attributes. */
export interface TraceAnswer extends ApiAnswer {
  readonly summary: TraceSummary;
  readonly startUnixNano: string;
  /** From the first start to the last end. */
  readonly extentNanos: number;
  /** Labels of spans. */
  readonly names: readonly string[];
  readonly services: readonly string[];
  readonly systems: readonly string[];
  readonly spans: SpanColumns;
  /** Rows at the top that are no roots, by index: `orphan` when the parent has not arrived, `cycle` when the span is its own ancestor. */
  readonly tops: Readonly<Record<number, 'orphan' | 'cycle'>>;
  /** Lines below a span, by index: its error where that began, its exceptions, odd clocks, the statement of a database. */
  readonly notes: Readonly<Record<number, readonly SpanNote[]>>;
  /** Links between a span of this trace and spans of others, both ways, and messages between services in this trace. */
  readonly links: readonly TraceLink[];
  /** Critical path of the root's request, the earliest first. Its segments do not overlap and add up to the root's duration. */
  readonly critical: readonly CriticalSegment[];
  /** Log records, the earliest first, at most 5,000 of them. */
  readonly logs: readonly LogLine[];
  /** Counts of notes, links and log records beyond those; absent when there are none. */
  readonly omitted?: { readonly notes: number; readonly links: number; readonly logs: number };
}

export interface SpanNote {
  readonly kind: 'error' | 'exception' | 'clock' | 'statement';
  readonly text: string;
}

export interface TraceLink {
  /** Index of the span in this trace. */
  readonly span: number;
  /** `to`: this trace's span names the other one; `from`: it is named by it. */
  readonly direction: 'to' | 'from';
  readonly traceId: string;
  readonly spanId: string;
  /** Label of the other span, and its service; absent when it is not here. */
  readonly name?: string;
  readonly service?: string;
}

export interface CriticalSegment {
  readonly span: number;
  /** Nanoseconds after the start of the trace. */
  readonly from: number;
  readonly to: number;
}

/** `GET /api/traces/<trace id>/critical`: the critical path, the earliest segment first. */
export interface CriticalAnswer extends ApiAnswer {
  readonly traceId: string;
  readonly segments: readonly CriticalSpan[];
}

/** A segment of the critical path with what its span is. */
export interface CriticalSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  /** Nanoseconds after the start of the trace. */
  readonly from: number;
  readonly to: number;
}

/** `GET /api/logs`: log records of traces, the newest first. */
export interface LogListAnswer extends ApiAnswer {
  readonly logs: readonly LogLine[];
  readonly next?: string;
}

export interface LogLine {
  readonly timeUnixNano: string;
  /** 1 to 24; 0 when the sender did not say. */
  readonly severity: number;
  readonly level: string;
  readonly text: string;
  readonly attributes: DetailPairs;
  readonly service: string;
  readonly traceId: string;
  /** Empty for a record that names no span. */
  readonly spanId: string;
}

/** Value of an attribute; what JSON cannot say is an object of one key: `{ $int: '…' }`, `{ $bytes: 'base64' }`, `{ $double: 'NaN' }`. */
export type DetailValue =
  | string
  | number
  | boolean
  | null
  | readonly DetailValue[]
  | { readonly [key: string]: DetailValue };

/** Keys with their values, in the order received. */
export type DetailPairs = readonly (readonly [key: string, value: DetailValue])[];

/** `GET /api/spans/<trace id>/<span id>`: all that is known of a span. */
export interface SpanAnswer extends ApiAnswer {
  readonly span: SpanDetails;
}

export interface SpanDetails {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  /** Label, and below it the name as it was sent. */
  readonly label: string;
  readonly name: string;
  readonly kind: number;
  readonly service: string;
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly status: { readonly code: number; readonly message: string };
  readonly attributes: DetailPairs;
  readonly droppedAttributes: number;
  readonly events: readonly EventDetails[];
  readonly droppedEvents: number;
  readonly links: readonly LinkDetails[];
  readonly droppedLinks: number;
  readonly resource: DetailPairs;
  readonly scope: { readonly name: string; readonly version: string };
  readonly logs: readonly LogLine[];
}

export interface EventDetails {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: DetailPairs;
}

export interface LinkDetails {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: DetailPairs;
}

/** `GET /api/traces/<trace id>/find?q=`: ids of the spans whose name, attributes, events or log lines match. */
export interface FindAnswer extends ApiAnswer {
  readonly spans: readonly string[];
}

/** `GET /api/errors`: where errors began, the newest first, equal ones in one entry. */
export interface ErrorListAnswer extends ApiAnswer {
  readonly errors: readonly ErrorEntry[];
  /** Entries beyond the newest 200; absent when there are none. */
  readonly omitted?: number;
}

export interface ErrorEntry {
  readonly text: string;
  readonly service: string;
  readonly name: string;
  readonly count: number;
  /** Trace of the latest one. */
  readonly traceId: string;
  readonly spanId: string;
  readonly timeUnixNano: string;
}

/** `GET /api/map`: who calls whom. */
export interface MapAnswer extends ApiAnswer {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Nodes that were left out, because there are more than 200. */
  readonly omitted: number;
}

export interface MapNode {
  readonly id: string;
  readonly label: string;
  readonly kind: 'service' | 'database' | 'queue' | 'external';
  /** Local roots of a service; calls to a node of another kind. */
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
  readonly p50Nanos: number;
  readonly p95Nanos: number;
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly errors: number;
  readonly p50Nanos: number;
  readonly p95Nanos: number;
}

/** `GET /api/metrics`: the last value of each series. */
export interface MetricListAnswer extends ApiAnswer {
  readonly metrics: readonly MetricSeries[];
  /** Series beyond those that are kept. */
  readonly omitted: number;
}

export interface MetricSeries {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';
  readonly attributes: DetailPairs;
  readonly timeUnixNano: string;
  /** Value of a gauge or a sum; the other types have a count and a sum. Absent where it is not finite. */
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number;
}

/** `GET /api/stats`, and the event `stats` of the stream. */
export interface StatsAnswer extends ApiAnswer {
  readonly version: string;
  /** URL for OTLP over HTTP, and below it that for gRPC, which is absent when it is not received. */
  readonly http: string;
  readonly grpc?: string;
  readonly traces: number;
  readonly spans: number;
  readonly bytes: number;
  readonly maxSpans: number;
  readonly maxBytes: number;
  readonly evictedTraces: number;
  readonly evictedSpans: number;
  readonly rejectedSpans: number;
  readonly untracedLogs: number;
  readonly metrics: number;
  readonly requests: number;
  readonly refused: number;
  /** The last request that was refused, and why. */
  readonly lastError?: {
    readonly timeUnixNano: string;
    readonly path: string;
    readonly status: number;
    readonly problem: string;
  };
  /** Names of the services that sent something, for suggestions; at most 200. */
  readonly services: readonly string[];
}

/**
 * `GET /api/stream` as server-sent events. Its events: `traces`, with this as data, at most ten times a second; `stats`, with
 * a `StatsAnswer`, at most once a second; `cleared`, without data. The id of an event is the `change` of its newest trace, so
 * that a browser that comes back gets what it has missed.
 */
export interface ChangedTraces {
  readonly traces: readonly TraceSummary[];
  /** Traces that were forgotten since. */
  readonly gone: readonly string[];
}

/** `GET /api/wait`: the traces that were waited for. Status 504 and an `ErrorAnswer` after the timeout. */
export interface WaitAnswer extends ApiAnswer {
  readonly traces: readonly TraceSummary[];
}

/** `DELETE /api/data`. */
export interface ClearAnswer extends ApiAnswer {
  readonly cleared: { readonly traces: number; readonly spans: number };
}

/** All that a saved page shows, in itself instead of behind the API. */
export interface SavedTrace {
  readonly version: string;
  readonly savedUnixMillis: number;
  readonly trace: TraceAnswer;
  /** By span id. */
  readonly details: Readonly<Record<string, SpanDetails>>;
  /** Spans whose details would have made the file too big; absent when there are none. */
  readonly omittedDetails?: number;
  /** The waterfall as text. */
  readonly text: string;
}
