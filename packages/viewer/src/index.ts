export type { Attributes, AttributeValue } from './attribute-value.ts';
export { type Clock, systemClock } from './clock.ts';
export type { LogRecord } from './log-record.ts';
export { logRecordOf } from './log-record-of.ts';
export { createLogGroups, type LogGroup, type LogGroups } from './log-lines/create-log-groups.ts';
export type { JsonLogLine, LogLine } from './log-lines/log-line.ts';
export { type LogOrder, type OrderedLogLine, orderLogLines } from './log-lines/order-log-lines.ts';
export { hasTrace, parseJsonLogLine, parseLogLine } from './log-lines/parse-log-line.ts';
export { decodeLogsJson } from './otlp/decode-logs-json.ts';
export { decodeLogs } from './otlp/decode-logs.ts';
export { decodeMetricsJson } from './otlp/decode-metrics-json.ts';
export { decodeMetrics } from './otlp/decode-metrics.ts';
export { decodeTracesJson } from './otlp/decode-traces-json.ts';
export { decodeTraces } from './otlp/decode-traces.ts';
export { encodeLogsJson } from './otlp/encode-logs-json.ts';
export { encodeTracesJson } from './otlp/encode-traces-json.ts';
export type { MetricPoint, MetricRecord, MetricType } from './metric-record.ts';
export { probeViewer } from './probe-viewer.ts';
export type { IdleOptions } from './receiver/create-activity.ts';
export type { RefusedRequest } from './receiver/create-refusals.ts';
export type { ReceivedRequest, ReceiverStats, SignalStats } from './receiver/create-intake.ts';
export { type Resource, type Scope, serviceName } from './resource.ts';
export { MAX_LINE_LENGTH, openSaveFile, type SaveFile } from './saving/save-file.ts';
export type { TelemetryTap } from './saving/telemetry-tap.ts';
export {
  durationNanos,
  emptySpan,
  hasError,
  hasException,
  isLocalRoot,
  plainSpan,
  SPAN_KIND,
  type SpanEvent,
  type SpanLink,
  type SpanRecord,
  type SpanStatus,
  STATUS_CODE,
} from './span-record.ts';
export { startViewer, type Viewer, type ViewerOptions, type ViewerStats } from './start-viewer.ts';
export type { KeptSeries, MetricSnapshot, MetricStats } from './store/create-metric-store.ts';
export {
  type AddResult,
  createStore,
  type Store,
  type StoreListener,
  type StoreOptions,
  type StoreStats,
} from './store/create-store.ts';
export { formatDuration } from './reading/format-duration.ts';
export { logGroupText, logLineText, type LogTextOptions } from './terminal/log-group-text.ts';
export { cut, displayWidth, pad, printable, printableAsIs, printableStart } from './terminal/printable.ts';
export { traceDurationNanos, traceLine, type TraceLineOptions } from './terminal/trace-line.ts';
export { waterfall, type WaterfallOptions } from './terminal/waterfall.ts';
export type { TraceWaits, WaitForSpansOptions, WaitOptions } from './trace-waits.ts';
export { firstLocalRoot, type Trace, traceExtent, traceHasError, traceHasException } from './trace.ts';
export { ViewerPortError } from './viewer-port-error.ts';
