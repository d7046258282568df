export { activeTraceId, holdLines, type HoldLinesOptions, type LineDestination } from './hold-lines.ts';
export { judgeByErrors, type Judge } from './judge-by-errors.ts';
export { heldLogs } from './shared-held-logs.ts';
export type { HeldCounts, HeldLogs, TraceVerdicts } from './held-logs.ts';
export type { HeldSink } from './held-queue.ts';
export { greatestHeldSeverity, type HoldLevel } from './line-level.ts';
export { markHeld } from './mark-held.ts';
