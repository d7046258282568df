export type { HeldCounts, HeldLogs, TraceVerdicts } from './held-logs.ts';
export type { HeldSink } from './held-queue.ts';
export { activeTraceId } from './hold-lines.ts';
export { keepFailedTraces } from './judge-by-errors.ts';
export { greatestHeldSeverity, type HoldLevel } from './line-level.ts';
export { markHeld } from './mark-held.ts';
export { heldLogs } from './shared-held-logs.ts';
